import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { extractFile } from './extract-file.ts';

let test: TestHyper;

beforeAll(async () => {
  test = await startTestHyper();
});

afterAll(async () => {
  await test.close();
});

/** Extracts a file of so many columns `c0`, `c1`, … */
async function extractWide(columns: number, rows: number, cell: (row: number, column: number) => string | number) {
  const path = join(test.dir, `${columns}.csv`);
  const names = Array.from({ length: columns }, (_, column) => `c${column}`);
  const lines = Array.from({ length: rows }, (_, row) => names.map((_name, column) => cell(row, column)).join(','));
  await writeFile(path, `${[names.join(','), ...lines].join('\n')}\n`);
  const outPath = join(test.dir, `${columns}.hyper`);
  const context = {
    engine: test.hyper,
    runId: 't',
    logger: silentLogger,
    signal: new AbortController().signal,
    scratchDir: test.dir,
    emit() {},
  };
  const file = await checkSourceFile(path);
  return await extractFile({ spec: { types: {}, allowEmpty: false }, file, outPath }, context);
}

it('loads as many columns as the engine takes in a table', async () => {
  const { rows, profile } = await extractWide(16_384, 1, () => 1);
  expect(rows.loaded).toBe(1);
  expect(profile.columns).toHaveLength(16_384);
  expect(new Set(profile.columns.map(({ type }) => type))).toEqual(new Set(['bigint']));
}, 120_000);

it('counts the values of each of a thousand columns of a file that is read in one pass', async () => {
  // More than the beginning that is looked at; a column has as many NULLs as its number ends with.
  const { rows, profile } = await extractWide(1100, 400, (row, column) =>
    row < column % 10 ? '' : row * 1000 + column,
  );
  expect(rows).toEqual({ read: 400, loaded: 400, rejected: 0, filtered: 0 });
  expect(profile.columns.map(({ nulls }) => nulls)).toEqual(Array.from({ length: 1100 }, (_, column) => column % 10));
}, 120_000);
