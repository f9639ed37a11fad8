import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { partPath, requirePart } from '../../../test/requirements.ts';
import { Inserter } from './insert/inserter.ts';
import type { InsertValue } from './insert/value-writer.ts';
import { TableName } from './names.ts';
import { TableDefinition } from './table-definition.ts';
import { startTestHyper, type TestHyper } from './testing.ts';
import { writeDatabaseAtomically } from './write-database.ts';

// Files for Tableau's own Python API, whose engine is another one than ours, and for pantab: every type that the API knows.

/** What is inserted, and how Python shows what it reads, where that differs. */
type Case = readonly [inserted: InsertValue, shown?: unknown];

interface TypeCases {
  readonly type: string;
  /** Name of the type in Python. */
  readonly python: string;
  /** The database version that it needs. */
  readonly version?: 4;
  /** Rows of the table; one more is NULL. */
  readonly cases: readonly [Case, Case, Case, Case];
}

const nines = '9'.repeat(38);
const types: Readonly<Record<string, TypeCases>> = {
  big: { type: 'bigint', python: 'BIG_INT', cases: [[2n ** 63n - 1n], [-(2n ** 63n)], [0], [-1]] },
  small: { type: 'smallint', python: 'SMALL_INT', cases: [[32_767], [-32_768], [0], [-1]] },
  int: { type: 'int', python: 'INT', cases: [[2_147_483_647], [-2_147_483_648], [0], [-1]] },
  oid: { type: 'oid', python: 'OID', cases: [[4_294_967_295], [0], [1], [2]] },
  money: {
    type: 'numeric(18,2)',
    python: 'NUMERIC(18, 2)',
    cases: [['9999999999999999.99'], ['-9999999999999999.99'], ['-0.01'], ['0']],
  },
  wide: { type: 'numeric(38,0)', python: 'NUMERIC(38, 0)', cases: [[nines], [`-${nines}`], ['0'], ['1']] },
  fine: {
    type: 'numeric(38,38)',
    python: 'NUMERIC(38, 38)',
    cases: [[`0.${nines}`], [`-0.${nines}`], [`-0.${'0'.repeat(37)}1`], ['0']],
  },
  double: {
    type: 'double',
    python: 'DOUBLE',
    cases: [
      [0.1, '0.1'],
      [Number.POSITIVE_INFINITY, 'inf'],
      [Number.NEGATIVE_INFINITY, '-inf'],
      [Number.NaN, 'nan'],
    ],
  },
  doubles: {
    type: 'double',
    python: 'DOUBLE',
    cases: [
      [Number.MAX_VALUE, '1.7976931348623157e+308'],
      [Number.MIN_VALUE, '5e-324'],
      [-0, '-0.0'],
      [1e22, '1e+22'],
    ],
  },
  real: {
    type: 'real',
    python: 'FLOAT',
    version: 4,
    cases: [
      [Math.fround(3.402_823_466_385_288_6e38), '3.4028234663852886e+38'],
      [Number.POSITIVE_INFINITY, 'inf'],
      [Number.NEGATIVE_INFINITY, '-inf'],
      [Number.NaN, 'nan'],
    ],
  },
  text: { type: 'text', python: 'TEXT', cases: [['001 "é漢😀"'], [''], ['a\r\n\t\0'], ['é'.repeat(70_000)]] },
  varchar: { type: 'varchar(3)', python: 'VARCHAR(3)', cases: [['é漢😀'], [''], ['abc'], ['a']] },
  char: { type: 'char(3)', python: 'CHAR(3)', cases: [['é漢😀'], ['', '   '], ['abc'], ['a', 'a  ']] },
  letter: { type: 'char(1)', python: 'CHAR(1)', cases: [['é'], ['a'], [' '], ['Z']] },
  json: { type: 'json', python: 'JSON', cases: [['{"a":[1,2.5,null,"é"]}'], ['null'], ['"text"'], ['1']] },
  bytes: {
    type: 'bytes',
    python: 'BYTES',
    cases: [
      [Buffer.from([0, 255, 10]), '00ff0a'],
      [Buffer.alloc(0), ''],
      [Buffer.from('é'), 'c3a9'],
      [Buffer.from([0]), '00'],
    ],
  },
  bool: {
    type: 'boolean',
    python: 'BOOL',
    cases: [
      [true, 'True'],
      [false, 'False'],
      [true, 'True'],
      [false, 'False'],
    ],
  },
  date: { type: 'date', python: 'DATE', cases: [['2024-02-29'], ['0001-01-01'], ['1582-10-10'], ['9999-12-31']] },
  time: {
    type: 'time',
    python: 'TIME',
    cases: [['23:59:59.999999'], ['00:00:00'], ['12:30', '12:30:00'], ['00:00:00.000001']],
  },
  timestamp: {
    type: 'timestamp',
    python: 'TIMESTAMP',
    cases: [
      ['2024-12-31 23:59:59.999999'],
      ['0001-01-01 00:00:00'],
      ['1969-12-31 23:59:59.000001'],
      ['9999-12-31 23:59:59.999999'],
    ],
  },
  timestamptz: {
    type: 'timestamptz',
    python: 'TIMESTAMP_TZ',
    cases: [
      ['2024-06-01 00:30:00+02:00', '2024-05-31 22:30:00+00:00'],
      ['0001-01-01 00:00:00Z', '0001-01-01 00:00:00+00:00'],
      ['1970-01-01 00:00:00Z', '1970-01-01 00:00:00+00:00'],
      ['9999-12-31 23:59:59.999999Z', '9999-12-31 23:59:59.999999+00:00'],
    ],
  },
  interval: {
    type: 'interval',
    python: 'INTERVAL',
    cases: [
      ['P1Y2M3DT4H5M6.000007S', '14 months 3 days 14706000007 µs'],
      ['PT0S', '0 months 0 days 0 µs'],
      ['P-1M-1DT-1S', '-1 months -1 days -1000000 µs'],
      ['P2W', '0 months 14 days 0 µs'],
    ],
  },
};

const isThere = requirePart('python hyper api');

// Values as text, whatever library brings them: decimals without zeros at the end, bytes in hexadecimal digits.
const show = `
import datetime, decimal, json, sys
def show(v):
    if v is None: return None
    if hasattr(v, "to_datetime"): v = v.to_datetime()
    if hasattr(v, "to_date"): v = v.to_date()
    if isinstance(v, float): return repr(v)
    if isinstance(v, bytes): return v.hex()
    if hasattr(v, "microseconds") and hasattr(v, "months"): return f"{v.months} months {v.days} days {v.microseconds} µs"
    if hasattr(v, "nanoseconds"): return f"{v.months} months {v.days} days {v.nanoseconds // 1000} µs"
    if isinstance(v, decimal.Decimal):
        text = format(v, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(v)
`;

describe.skipIf(!isThere).each([3, 4] as const)('a file of version %i', (version) => {
  let test: TestHyper;
  let path: string;
  const columns = Object.entries(types).filter(([, { version: needed = 3 }]) => needed <= version);
  const shown = columns.map(([, { cases }]) => [
    ...cases.map(([inserted, as = String(inserted as string | number | bigint)]) => as),
    null,
  ]);

  beforeAll(async () => {
    test = await startTestHyper();
    path = join(test.dir, `version-${version}.hyper`);
    await writeDatabaseAtomically(
      test.hyper,
      path,
      async (connection) => {
        await connection.catalog.createSchema('Extract');
        const definition = TableDefinition(TableName('db', 'Extract', 'Extract'), [
          { name: 'row', type: 'int', nullability: 'notNullable' },
          ...columns.map(([name, { type }]) => ({ name, type })),
          { name: 'place', type: 'tabgeography' },
        ]);
        await connection.catalog.createTable(definition);
        await using inserter = await Inserter.open(connection, definition);
        for (let row = 0; row < 5; row += 1) {
          const values = columns.map(([, { cases }]) => cases[row]?.[0] ?? null);
          inserter.addRow([row, ...values, row === 4 ? null : `POINT(${row} -2)`]);
        }
        expect(await inserter.execute()).toBe(5);
      },
      { databaseVersion: version },
    );
  });
  afterAll(async () => {
    await test.close();
  });

  function runPython(program: string): unknown {
    const { status, stdout, stderr } = spawnSync(partPath('python hyper api'), ['-c', show + program, path], {
      cwd: test.dir,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    });
    expect(stderr + String(status)).toBe('0');
    return JSON.parse(stdout);
  }

  it('opens in tableauhyperapi with equal content of all types that it knows', () => {
    const found = runPython(`
from tableauhyperapi import *
with HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as hyper:
    with Connection(hyper.endpoint, sys.argv[1]) as connection:
        columns = connection.catalog.get_table_definition(TableName("Extract", "Extract")).columns
        table = '"Extract"."Extract" ORDER BY "row"'
        rows = connection.execute_list_query(f'SELECT * FROM {table}')
        places = connection.execute_list_query(f'SELECT CAST(place AS text) FROM {table}')
        missing = set(TypeTag) - {TypeTag.UNSUPPORTED} - {c.type.tag for c in columns}
        print(json.dumps({
          "missing": [tag.name for tag in missing],
          "types": {c.name.unescaped: str(c.type) for c in columns},
          "values": [[show(row[at]) for row in rows] for at in range(1, len(columns) - 1)],
          "places": [place for place, in places]}))
`);
    expect(found).toEqual({
      missing: version === 4 ? [] : ['FLOAT'],
      types: {
        row: 'INT',
        ...Object.fromEntries(columns.map(([name, { python }]) => [name, python])),
        place: 'TABLEAU.TABGEOGRAPHY',
      },
      values: shown,
      places: [
        ...[0, 1, 2, 3].map((row) => expect.stringMatching(new RegExp(`^POINT[(]${row}[.0]* -2[.0]*[)]$`)) as string),
        null,
      ],
    });
  });

  it('opens in pantab with equal content', () => {
    const names = JSON.stringify(columns.map(([name]) => name));
    const found = runPython(`
import pantab
table = pantab.frame_from_hyper(sys.argv[1], table=("Extract", "Extract"), return_type="pyarrow").sort_by("row")
print(json.dumps([[show(v) for v in table.column(name).to_pylist()] for name in ${names}]))
`);
    expect(found).toEqual(shown);
  });
});
