import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { TableName } from '@hyperferry/hyper';
import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { type ColumnType, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import { parse } from '../parse/parse.ts';
import { extractFile } from './extract-file.ts';

let test: TestHyper;
let dirs = 0;

beforeAll(async () => {
  test = await startTestHyper();
});

afterAll(async () => {
  await test.close();
});

/** The extract of a file with a column `n`, by one pass and by a profile first; both must come to the same. */
async function load(content: string | Buffer, types: Record<string, ColumnType> = {}) {
  dirs += 1;
  const dir = join(test.dir, `wide ${dirs}`);
  await mkdir(dir);
  const path = join(dir, 'in.csv');
  const outPath = join(dir, 'out.hyper');
  await writeFile(path, content);
  const file = await checkSourceFile(path);
  const { signal } = new AbortController();
  const spec = { types, allowEmpty: false };
  const context: EngineContext = {
    engine: test.hyper,
    runId: 't',
    logger: silentLogger,
    signal,
    scratchDir: dir,
    emit() {},
  };
  const profiled = (await parse({ spec, file }, context)).columns.find(({ name }) => name === 'n')!;
  const { profile, rows } = await extractFile({ spec, file, outPath, rejectsPath: join(dir, 'rejects.csv') }, context);
  const column = profile.columns.find(({ name }) => name === 'n')!;
  expect([column.type, column.reason]).toEqual([profiled.type, profiled.reason]);
  expect(rows.rejected).toBe(0);
  await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
  const max = await connection.scalar(`SELECT max(n)::text FROM ${TableName('x', 'Extract', 'Extract')}`);
  return { type: column.type, reason: column.reason, version: await connection.catalog.databaseVersion('x'), max };
}

const lines = (count: number, value: string): string =>
  Array.from({ length: count }, (_, index) => `${index},${value}\n`).join('');
const exact = '12345678901234.5678901234';
const many = 50_000;

it('decimals that a double would lose digits of are exact, in the format that takes them', async () => {
  const loaded = await load(`id,n\n1,${exact}\n2,0.0000000001\n`);
  expect(loaded).toMatchObject({ type: 'numeric(38,10)', version: 3, max: exact });
  expect(loaded.reason).toContain('exact with 10 decimals, more than 18 digits: needs Tableau 2023.1');
});

it.each([
  ['from the beginning', lines(many, '1.5') + lines(1, exact)],
  ['at the end', lines(1, exact) + lines(many, '1.5')],
])('in a long file, %s', async (_, content) => {
  expect(await load(`id,n\n${content}`)).toMatchObject({ type: 'numeric(38,10)', version: 3, max: exact });
});

it('with a decimal comma, in UTF-16, and beside words for no value', async () => {
  const comma = exact.replace('.', ',');
  const semicolons = (text: string): string => text.replaceAll(',', ';').replaceAll('.', ',');
  const content = `id;n\n${semicolons(lines(many, '1.5'))}1;${comma}\n2;n/a\n`;
  const expected = { type: 'numeric(38,10)', version: 3, max: exact };
  expect(await load(content)).toMatchObject(expected);
  expect(await load(Buffer.from(`\uFEFF${content}`, 'utf16le'))).toMatchObject(expected);
});

it.each([
  ['0.30000000000000004', '0.00012345678901234567'],
  ['0.1234567890123456', '1234567.1234567891'],
])('what was a double stays one: %s and %s', async (first, second) => {
  const loaded = await load(`id,n\n${lines(many, first)}1,${second}\n`);
  expect(loaded).toMatchObject({ type: 'double', version: 2 });
});

it('a late number with more digits than a double keeps is not lost in a column of doubles', async () => {
  const doubles = lines(many, '0.00012345678901234567');
  expect(await load(`id,n\n${doubles}1,1.23456789012345678901\n`)).toMatchObject({
    type: 'numeric(38,20)',
    max: '1.23456789012345678901',
  });
  const wide = Buffer.from(`\uFEFFid,n\n${doubles}1,1.23456789012345678901\n`, 'utf16le');
  expect(await load(wide)).toMatchObject({ type: 'numeric(38,20)', max: '1.23456789012345678901' });
});

it.each([
  ['more than 38 digits', `${'1'.repeat(15)}.${'2'.repeat(30)}`],
  ['an exponent', '1.5e3'],
])('double remains where %s occur', async (_, value) => {
  expect(await load(`id,n\n1,${exact}\n2,${value}\n`)).toMatchObject({ type: 'double', version: 2 });
});

it('identifiers of more than 18 digits stay text', async () => {
  expect(await load('id,n\n1,12345678901234567890\n')).toMatchObject({ type: 'text', version: 2 });
});

it('a type of more than 18 digits may be given', async () => {
  const loaded = await load(`id,n\n${lines(many, '1.5')}1,7.25\n`, { n: 'numeric(30,4)' });
  expect(loaded).toMatchObject({ type: 'numeric(30,4)', version: 3, max: '7.2500' });
});
