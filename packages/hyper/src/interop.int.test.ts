import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Inserter } from './insert/inserter.ts';
import { TableName } from './names.ts';
import { TableDefinition } from './table-definition.ts';
import { startTestHyper, type TestHyper } from './testing.ts';
import { writeDatabaseAtomically } from './write-database.ts';

// Files for Tableau's own Python API and for pantab. CI names a Python that has them; elsewhere one may.
const python = process.env['HYPERFERRY_TEST_PYTHON'] ?? 'python3';

function canImport(module: string): boolean {
  const found = spawnSync(python, ['-c', `import ${module}`], { timeout: 30_000 }).status === 0;
  if (!found)
    process.stderr.write(`skipped: ${python} has no ${module}; name one that has by HYPERFERRY_TEST_PYTHON\n`);
  return found;
}

const hasHyperApi = canImport('tableauhyperapi');
const hasPantab = canImport('pantab');

const columns = [
  { name: 'n', type: 'int', nullability: 'notNullable' },
  { name: 'big', type: 'bigint' },
  { name: 'money', type: 'numeric(18,2)' },
  { name: 'float', type: 'double' },
  { name: 'text', type: 'text' },
  { name: 'yes', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
] as const;

const rows = [
  [1, 2n ** 63n - 1n, '9999999999999999.99', 0.1, '001 "é漢😀"', true, '2024-02-29', '2024-12-31 23:59:59.999999'],
  [2, -(2n ** 63n), '-0.01', 5e-324, '', false, '1970-01-01', '1970-01-01 00:00:00'],
  [3, null, null, null, null, null, null, null],
] as const;

describe.skipIf(!hasHyperApi && !hasPantab)('a file written here', () => {
  let test: TestHyper;
  let path: string;

  beforeAll(async () => {
    test = await startTestHyper();
    path = join(test.dir, 'interop.hyper');
    await writeDatabaseAtomically(test.hyper, path, async (connection) => {
      await connection.execute('CREATE SCHEMA "Extract"');
      const definition = TableDefinition(TableName('db', 'Extract', 'Extract'), columns);
      await connection.catalog.createTable(definition);
      await using inserter = await Inserter.open(connection, definition);
      await inserter.addRows(rows);
      await inserter.execute();
    });
  });
  afterAll(async () => {
    await test.close();
  });

  function runPython(program: string): unknown {
    const { status, stdout, stderr } = spawnSync(python, ['-c', program, path], {
      cwd: test.dir,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stderr + String(status)).toBe('0');
    return JSON.parse(stdout);
  }

  it.skipIf(!hasHyperApi)('opens in tableauhyperapi with equal content', () => {
    const found = runPython(`
import json, sys
from tableauhyperapi import *
with HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as hyper:
    with Connection(hyper.endpoint, sys.argv[1]) as connection:
        rows = connection.execute_list_query('SELECT * FROM "Extract"."Extract" ORDER BY n')
        columns = connection.catalog.get_table_definition(TableName("Extract", "Extract")).columns
        print(json.dumps({"types": [str(c.type) for c in columns],
          "rows": [[v if isinstance(v, (bool, float, type(None))) else str(v) for v in row] for row in rows]}))
`);
    expect(found).toEqual({
      types: ['INT', 'BIG_INT', 'NUMERIC(18, 2)', 'DOUBLE', 'TEXT', 'BOOL', 'DATE', 'TIMESTAMP'],
      rows: rows.map((row) =>
        row
          .map((value) => (typeof value === 'bigint' ? String(value) : value))
          .map((value, at) => (at === 0 ? String(value) : value)),
      ),
    });
  });

  it.skipIf(!hasPantab)('opens in pantab with equal content', () => {
    const found = runPython(`
import json, sys
import pantab
table = pantab.frame_from_hyper(sys.argv[1], table=pantab.TableName("Extract", "Extract") if hasattr(pantab, "TableName") else ("Extract", "Extract"), return_type="pyarrow")
rows = sorted(table.to_pylist(), key=lambda row: row["n"])
print(json.dumps([[v if isinstance(v, (bool, float, type(None))) else str(v) for v in row.values()] for row in rows]))
`);
    expect(found).toEqual(
      rows.map((row) =>
        row.map((value, at) => (value === null || typeof value === 'boolean' || at === 3 ? value : String(value))),
      ),
    );
  });
});
