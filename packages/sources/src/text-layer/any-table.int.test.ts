import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type AnyTable, anyTable, anyWriting, encodeText, type Writing, writeTable } from './any-table.test-kit.ts';
import { openHead, openTable, type TableOverrides } from './open-table.ts';

/** The same tables each time: a coin toss that looks certain is found by trying many more of them, once. */
const SEED = 20261129;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-any-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function readBack(table: AnyTable, writing: Writing, given: TableOverrides) {
  const file = { path: join(folder, 'any.csv'), name: 'any.csv' };
  await writeFile(file.path, encodeText(writeTable(table, writing), writing.encoding));
  const opened = await openTable(file, given);
  if (opened === undefined) return undefined;
  const rows: string[][] = [];
  for await (const row of opened.rows) rows.push(row);
  const { encodingConfidence } = await openHead(file, given);
  const confidence = Math.min(opened.sniffed.confidence, encodingConfidence);
  return { header: opened.header, rows, confidence, dialect: opened.sniffed.dialect };
}

it('reads any table in any dialect back as it was written, when it is told the dialect', async () => {
  await fc.assert(
    fc.asyncProperty(anyTable, anyWriting, async (table, writing) => {
      const { delimiter, quote, escape, newline } = writing;
      const encoding = writing.encoding === 'utf-8 with mark' ? 'utf-8' : writing.encoding;
      const headerRows = table.header === undefined ? 0 : 1;
      const given = { delimiter, quote, escape, newline, headerRows, skipRows: 0, encoding };
      const read = await readBack(table, writing, given);
      expect({ header: read?.header, rows: read?.rows }).toEqual(table);
    }),
    { numRuns: 500, seed: SEED },
  );
});

/** Below this somebody should look at it. */
const SURE = 0.8;

it('reads any table in any dialect back as it was written, or says that it is not sure', async () => {
  await fc.assert(
    fc.asyncProperty(anyTable, anyWriting, async (table, writing) => {
      const read = await readBack(table, writing, {});
      if ((read?.confidence ?? 1) < SURE) return;
      expect({ header: read?.header, rows: read?.rows }).toEqual(table);
    }),
    { numRuns: 500, seed: SEED },
  );
});

it('is sure of what is usual: names above a few rows, and one of the four delimiters', async () => {
  const isUsual = ([{ header, rows }, { delimiter, encoding }]: readonly [AnyTable, Writing]): boolean =>
    (header?.length ?? 0) > 2 &&
    rows.length > 4 &&
    [',', ';', '\t', '|'].includes(delimiter) &&
    encoding !== 'windows-1252';
  const usual = fc.sample(fc.tuple(anyTable, anyWriting), { numRuns: 1000, seed: SEED }).filter(isUsual);
  let sure = 0;
  for (const [table, writing] of usual) {
    const read = await readBack(table, writing, {});
    if (read !== undefined && read.confidence >= SURE) sure += 1;
  }
  expect(sure / usual.length).toBeGreaterThan(0.9);
});
