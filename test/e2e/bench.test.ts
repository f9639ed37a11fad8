import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HyperProcess, TableName } from '@hyperferry/hyper';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copyContender, extractContender, pythonContender } from '../perf/contenders.ts';
import { benchRow } from '../perf/harness/bench-row.ts';
import { measure } from '../perf/harness/measure.ts';
import { csvColumns, type InputShape, writeCsvInput } from '../perf/harness/write-csv-input.ts';
import { wideColumns, writeWideInput } from '../perf/harness/write-wide-input.ts';
import { partPath, requirePart } from '../requirements.ts';

// The bench itself, at small inputs: what it measures is right; how quick things are is another question.

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-bench-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform !== 'linux')('the memory of an engine', () => {
  it('is its highest, although its process is renamed after the start, and though a child has started it', async () => {
    const source = join(folder, 'memory.csv');
    await writeCsvInput(source, { rows: 200_000 });
    const contender = copyContender('tuned', csvColumns('numeric(18,2)'), source, folder);
    const own = await measure(contender);
    const shell = ['-c', '"$@"; exit $?', 'sh', contender.command, ...contender.args];
    const below = await measure({ name: 'shell', command: '/bin/sh', args: shell });
    // The program file alone takes some 100 MB when the engine works; 45 MB were seen in its first moments.
    expect(own.memory?.engineMb).toBeGreaterThan(130);
    expect(below.memory?.engineMb).toBeGreaterThan(130);
    expect(below.memory?.programMb).toBeLessThan(20);
  });
});

it.each<[string, Omit<InputShape, 'rows'>]>([
  ['us.csv', {}],
  ['eu.csv', { locale: 'de' }],
  ['gzip.csv.gz', { gzip: true }],
  ['utf16.csv', { encoding: 'utf-16' }],
  ['windows.csv', { encoding: 'windows-1252' }],
])('the rows of %s are the same as of any form, and all load', async (file, shape) => {
  const path = join(folder, file);
  await writeCsvInput(path, { ...shape, rows: 300, western: true });
  const { stdout } = await measure(extractContender(file, path, folder));
  expect(JSON.parse(stdout)).toMatchObject({ read: 300, loaded: 300, columns: 10 });
  await using engine = await HyperProcess.start({ env: process.env });
  await using connection = await engine.connect({ database: join(folder, `${file}.hyper`) });
  const table = TableName('Extract', 'Extract');
  const { columns } = await connection.catalog.tableDefinition(table);
  expect(columns.map(({ name, type }) => [name, String(type)])).toEqual(csvColumns('numeric(18,2)'));
  const sums = `SELECT sum(price), min(order_date), max(created_at), max(city), count(*) FILTER (WHERE is_paid) FROM ${table}`;
  const { rows } = await connection.query(sums);
  expect(rows).toEqual([['14906452.20', '2015-01-02', '2024-12-27 03:43:55', 'Zürich', 154n]]);
});

it('the wide input has the types that its hand-written schema says', async () => {
  const path = join(folder, 'wide.csv');
  await writeWideInput(path, 200, 40);
  await measure(extractContender('wide', path, folder));
  await measure(copyContender('tuned', wideColumns(40), path, folder));
  await using engine = await HyperProcess.start({ env: process.env });
  await using connection = await engine.connect({ database: join(folder, 'wide.hyper') });
  const { columns } = await connection.catalog.tableDefinition(TableName('Extract', 'Extract'));
  expect(columns.map(({ name, type }) => [name, String(type)])).toEqual(wideColumns(40));
});

it.skipIf(!requirePart('python pandas'))("the analyst's script makes the same extract as ours", async () => {
  const path = join(folder, 'script.csv');
  await writeCsvInput(path, { rows: 300 });
  await appendFile(path, '301,,,,,,,,,\n');
  await measure(extractContender('ours', path, folder));
  await measure(pythonContender(partPath('python pandas'), 'analyst-script.py', path, folder));
  const contentOf = async (file: string) => {
    await using engine = await HyperProcess.start({ env: process.env });
    await using connection = await engine.connect({ database: join(folder, file) });
    const table = TableName('Extract', 'Extract');
    const { columns } = await connection.catalog.tableDefinition(table);
    const { rows } = await connection.query(`SELECT * FROM ${table} ORDER BY order_id`);
    return { columns: columns.map(({ name, type }) => [name, String(type)]), rows };
  };
  const ours = await contentOf('ours.hyper');
  expect(ours.rows).toHaveLength(301);
  expect(await contentOf('analyst-script.py.hyper')).toEqual(ours);
});

it('a row without bars informs', () => {
  expect(benchRow({ id: 'x', value: 7, unit: 'x', detail: {} }).holds).toBe(true);
  expect(benchRow({ id: 'x', value: 7, unit: 'x', must: '<= 2', aim: '<= 1', detail: {} }).holds).toBe(false);
});

it.each([['--repetitions', 'abc'], ['--repetitions', '0'], ['--bogus'], ['nothing']])(
  'the bench says how it is used when it is asked for %s %s',
  (...args) => {
    const main = join(import.meta.dirname, '../perf/main.ts');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--conditions=hyperferry-source', main, ...args],
      { encoding: 'utf8' },
    );
    expect(status).toBe(2);
    expect(stderr).not.toContain('    at ');
  },
);
