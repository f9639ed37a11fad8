import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Connection } from './connection/connection.ts';
import { type DatabaseName, TableName } from './names.ts';
import { startTestHyper, type TestHyper } from './testing.ts';
import { writeDatabaseAtomically } from './write-database.ts';

let test: TestHyper;

beforeAll(async () => {
  test = await startTestHyper();
});
afterAll(async () => {
  await test.close();
});

async function fill(connection: Connection, database: DatabaseName): Promise<number> {
  await connection.execute(
    `CREATE TABLE ${TableName(database.name, 'public', 't')} AS SELECT generate_series(1, 10) AS a`,
  );
  return 10;
}

async function newDir(name: string): Promise<string> {
  const dir = join(test.dir, name);
  await mkdir(dir);
  return dir;
}

it('puts the finished file in place and leaves nothing else', async () => {
  const dir = await newDir('plain');
  const path = join(dir, 'x.hyper');
  expect(await writeDatabaseAtomically(test.hyper, path, fill)).toBe(10);
  expect(await writeDatabaseAtomically(test.hyper, path, fill)).toBe(10);
  expect(await readdir(dir)).toEqual(['x.hyper']);
  const reader = await test.hyper.connect({ database: path });
  expect(await reader.catalog.rowCount(TableName('t'))).toBe(10);
  await reader.close();
});

it('keeps the old file when the build fails', async () => {
  const dir = await newDir('failing');
  const path = join(dir, 'x.hyper');
  await writeFile(path, 'old');
  const failure = writeDatabaseAtomically(test.hyper, path, async (connection, database) => {
    await fill(connection, database);
    throw new Error('changed my mind');
  });
  await expect(failure).rejects.toThrow('changed my mind');
  expect(await readdir(dir)).toEqual(['x.hyper']);
  expect(await readFile(path, 'utf8')).toBe('old');
});

it('keeps the old file when it is cancelled', async () => {
  const dir = await newDir('cancelled');
  const path = join(dir, 'x.hyper');
  const stop = new AbortController();
  const failure = writeDatabaseAtomically(
    test.hyper,
    path,
    async (connection, database) => {
      await fill(connection, database);
      stop.abort();
    },
    { signal: stop.signal },
  );
  await expect(failure).rejects.toMatchObject({ code: 'HYPER_CANCELLED' });
  expect(await readdir(dir)).toEqual([]);
});

it('refuses a target that is a folder, and one in a folder that does not exist', async () => {
  const dir = await newDir('folder.hyper');
  await expect(writeDatabaseAtomically(test.hyper, dir, fill)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  const nowhere = join(dir, 'no', 'x.hyper');
  await expect(writeDatabaseAtomically(test.hyper, nowhere, fill)).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
  });
});

it('replaces the file behind a link, not the link', async () => {
  const dir = await newDir('linked');
  await writeFile(join(dir, 'real.hyper'), 'old');
  await symlink('real.hyper', join(dir, 'link.hyper'));
  await writeDatabaseAtomically(test.hyper, join(dir, 'link.hyper'), fill);
  expect((await readdir(dir)).sort()).toEqual(['link.hyper', 'real.hyper']);
  expect((await stat(join(dir, 'real.hyper'))).size).toBeGreaterThan(1000);
});

it('removes what a killed process left, but nothing that is young', async () => {
  const dir = await newDir('left');
  const path = join(dir, 'x.hyper');
  const connection = await test.hyper.connect();
  for (const name of ['x.hyper.tmp-0123456789ab', 'x.hyper.tmp-00000000aaaa'])
    await connection.createDatabase(join(dir, name));
  await connection.close();
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(dir, 'x.hyper.tmp-0123456789ab'), longAgo, longAgo);
  await writeDatabaseAtomically(test.hyper, path, fill);
  expect((await readdir(dir)).sort()).toEqual(['x.hyper', 'x.hyper.tmp-00000000aaaa']);
});

it('takes a name as long as file names can be', async () => {
  const dir = await newDir('long');
  const path = join(dir, `${'x'.repeat(249)}.hyper`);
  await writeDatabaseAtomically(test.hyper, path, fill);
  expect(await readdir(dir)).toEqual([`${'x'.repeat(249)}.hyper`]);
});
