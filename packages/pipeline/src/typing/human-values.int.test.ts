import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { escapeName } from '@hyperferry/hyper';
import { silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import { extractFile } from '../extract/extract-file.ts';
import { extract } from '../extract/extract.ts';
import type { SeenProfile } from '../parse/build-profile.ts';
import { parse } from '../parse/parse.ts';
import { type HumanColumn, humanColumns } from './human-values.test-kit.ts';

/** One file of all columns; each has its cells again and again. A record without any value would be a blank line. */
function toCsv(columns: readonly HumanColumn[], rowCount: number): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: rowCount }, (_, row) =>
    [String(row), ...columns.map(({ cells }) => quote(cells.at(row % cells.length) ?? ''))].join('|'),
  );
  return [['row', ...columns.map(({ name }) => quote(name))].join('|'), ...rows, ''].join('\n');
}

interface Found {
  readonly type: string;
  readonly values: readonly (string | null)[];
}

describe.each([
  ['a short file', 60, 'once'],
  ['a long file in one pass', 4000, 'once'],
  ['a long file, profile first', 4000, 'twice'],
] as const)('values as people write them, in %s', (_, rowCount, way) => {
  let test: TestHyper;
  const found = new Map<string, Found>();

  beforeAll(async () => {
    test = await startTestHyper();
    const signal = new AbortController().signal;
    const context: EngineContext = {
      engine: test.hyper,
      runId: 'test',
      logger: silentLogger,
      signal,
      scratchDir: test.dir,
      emit() {},
    };
    const path = join(test.dir, `human.csv`);
    const outPath = join(test.dir, 'human.hyper');
    await writeFile(path, toCsv(humanColumns, rowCount));
    const file = await checkSourceFile(path);
    const spec = { types: {}, allowEmpty: false };
    let profile: SeenProfile;
    if (way === 'once') {
      const result = await extractFile({ spec, file, outPath }, context);
      expect(result.rows).toEqual({ read: rowCount, loaded: rowCount, rejected: 0, filtered: 0 });
      profile = result.profile;
    } else {
      const stored = await parse({ spec, file }, context);
      const { rows } = await extract({ spec, file, profile: stored, outPath }, context);
      profile = stored;
      expect(rows).toEqual({ read: rowCount, loaded: rowCount, rejected: 0, filtered: 0 });
    }
    await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
    const names = humanColumns.map(({ name }) => `CAST(${escapeName(name)} AS text)`);
    const { rows } = await connection.query(
      `SELECT ${names.join(', ')} FROM "x"."Extract"."Extract" WHERE row < 20 ORDER BY row`,
    );
    for (const [at, { name, cells }] of humanColumns.entries()) {
      const type = profile.columns.find((column) => column.name === name)?.type ?? 'absent';
      found.set(name, { type, values: rows.slice(0, cells.length).map((row) => row[at] as string | null) });
    }
  }, 60_000);

  afterAll(async () => {
    await test.close();
  });

  it.each(humanColumns)('$name', ({ name, type, values }) => {
    expect(found.get(name)).toEqual({ type, values });
  });
});
