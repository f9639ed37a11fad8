import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { copyFromCsv } from './csv/external.ts';
import { Inserter } from './insert/inserter.ts';
import { TableName } from './names.ts';
import { HyperProcess } from './process/hyper-process.ts';
import { TableDefinition } from './table-definition.ts';
import { startTestHyper, type TestHyper } from './testing.ts';
import { writeDatabaseAtomically } from './write-database.ts';

let test: TestHyper;

beforeAll(async () => {
  test = await startTestHyper();
});
afterAll(async () => {
  await test.close();
});

const table = TableName('db', 'public', 't');
const definition = TableDefinition(table, [
  { name: 'a', type: 'bigint' },
  { name: 'b', type: 'text' },
]);
const bigInsert = `INSERT INTO ${table} SELECT a, repeat(a::text, 40) FROM generate_series(1, 400000) AS s(a)`;

it('an engine killed in the middle of a load leaves the old file, and no temporary one after the next load', async () => {
  const dir = join(test.dir, 'killed');
  await mkdir(dir);
  const path = join(dir, 'x.hyper');
  await writeFile(path, 'old');
  const engine = await HyperProcess.start({ env: process.env });
  const failure = writeDatabaseAtomically(engine, path, async (connection) => {
    await connection.catalog.createTable(definition);
    const inserter = await Inserter.open(connection, definition);
    async function* rows() {
      for (let index = 0; ; index += 1) {
        if (index === 100_000) process.kill(engine.pid, 'SIGKILL');
        yield [index, 'x'.repeat(100)];
      }
    }
    await inserter.addRows(rows());
  });
  await expect(failure).rejects.toMatchObject({ code: 'HYPER_ENGINE_DIED' });
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(dir)).toEqual(['x.hyper']);
});

it('a query over the memory limit fails with its code, and the engine goes on', async () => {
  await using engine = await HyperProcess.start({ env: process.env, memoryLimit: 50 * 2 ** 20 });
  await using connection = await engine.connect();
  const sort =
    "SELECT count(*) FROM (SELECT a || repeat('x', 100) AS b FROM generate_series(1, 3000000) AS s(a) ORDER BY b DESC OFFSET 1) AS t";
  await expect(connection.query(sort)).rejects.toMatchObject({
    code: 'HYPER_MEMORY_EXCEEDED',
    sqlState: '53S02',
    exit: 9,
  });
  expect(await connection.scalar('SELECT 1')).toBe(1);
});

describe('a database file', () => {
  it('in use by another engine is locked, and can still be replaced', async () => {
    const path = join(test.dir, 'locked.hyper');
    await writeDatabaseAtomically(
      test.hyper,
      path,
      async (connection) => await connection.catalog.createTable(definition),
    );
    await using other = await HyperProcess.start({ env: process.env });
    await using holder = await other.connect({ database: path, alias: 'held' });
    const locked = expect.objectContaining({ code: 'HYPER_DATABASE_LOCKED', retryable: true }) as unknown;
    await expect(test.hyper.connect({ database: path })).rejects.toEqual(locked);
    await using connection = await test.hyper.connect();
    await expect(connection.dropDatabase(path)).rejects.toEqual(locked);
    await writeDatabaseAtomically(test.hyper, path, async (writer) => {
      await writer.catalog.createTable(definition);
      await writer.execute(`INSERT INTO ${table} VALUES (1, 'new')`);
    });
    expect(await holder.catalog.rowCount(TableName('held', 'public', 't'))).toBe(0);
    await using reader = await test.hyper.connect({ database: path });
    expect(await reader.catalog.rowCount(TableName('t'))).toBe(1);
  });

  it.each(['cut', 'empty', 'text', 'zeros'])('that is broken (%s) is told from a missing one', async (how) => {
    const path = join(test.dir, `broken-${how}.hyper`);
    await writeDatabaseAtomically(test.hyper, path, async (connection) => {
      await connection.catalog.createTable(definition);
      await connection.execute(bigInsert);
    });
    if (how === 'cut') await truncate(path, 1000);
    else
      await writeFile(path, { empty: '', text: 'a,b\n1,2\n'.repeat(50_000), zeros: Buffer.alloc(500_000) }[how] ?? '');
    await expect(test.hyper.connect({ database: path })).rejects.toMatchObject({ code: 'HYPER_DATABASE_INVALID' });
  });
});

describe('a table', () => {
  it('of more than 16,384 columns, or none, is refused', () => {
    const columns = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `c${index}`, type: 'int' }));
    expect(() => TableDefinition('t', columns(16_385))).toThrow(
      expect.objectContaining({ code: 'HYPER_TABLE_INVALID' }),
    );
    expect(() => TableDefinition('t', [])).toThrow(expect.objectContaining({ code: 'HYPER_TABLE_INVALID' }));
    expect(TableDefinition('t', columns(16_384)).columns).toHaveLength(16_384);
  });

  it('is unchanged when a CSV has a bad cell, whose place is told and whose text is not', async () => {
    const csv = join(test.dir, 'bad.csv');
    await writeFile(csv, '1,x\n2,y\nsekret,z\n');
    const failure = writeDatabaseAtomically(test.hyper, join(test.dir, 'bad.hyper'), async (connection) => {
      await connection.catalog.createTable(definition);
      await copyFromCsv(connection, table, csv);
    });
    await expect(failure).rejects.toMatchObject({ code: 'HYPER_VALUE_INVALID' });
    await expect(failure).rejects.toThrow(/bad\.csv' line:3 column:1/);
    await expect(failure).rejects.not.toThrow(/sekret/);
    expect(existsSync(join(test.dir, 'bad.hyper'))).toBe(false);
  });
});

const canMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;

// A small file system of its own; without root there is none to fill.
describe.skipIf(!canMount)('a full disk', () => {
  let disk: string;
  let isMounted = false;

  beforeEach(async () => {
    disk = join(test.dir, 'disk');
    await mkdir(disk, { recursive: true });
    isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
  });
  afterEach(async () => {
    if (isMounted) spawnSync('umount', ['-l', disk]);
    await rm(disk, { recursive: true, force: true });
  });

  it('is told, the old file stays, and nothing half-written', async (context) => {
    context.skip(!isMounted, 'tmpfs cannot be mounted here');
    await using engine = await HyperProcess.start({ env: process.env });
    const path = join(disk, 'x.hyper');
    await writeFile(path, 'old');
    const failure = writeDatabaseAtomically(engine, path, async (connection) => {
      await connection.catalog.createTable(definition);
      await connection.execute(bigInsert.replace('repeat(a::text, 40)', 'md5(a::text) || md5((a * 7)::text)'));
    });
    await expect(failure).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(disk)).toEqual(['x.hyper']);
  });
});
