import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { installFolder, makePrivateFolder } from './cache-folder.ts';

let cache: string;
let folder: string;
const isComplete = (): boolean => existsSync(join(folder, 'program'));
const fillWith = (text: string) => (temporary: string) => writeFile(join(temporary, 'program'), text);

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'hf-cache-'));
  folder = join(cache, 'engine', 'package@1');
});
afterEach(() => rm(cache, { recursive: true, force: true }));

test('what is installed stands in one private folder with nothing beside it', async () => {
  await installFolder(folder, isComplete, fillWith('new'));
  expect(await readdir(join(cache, 'engine'))).toEqual(['package@1']);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(cache, 'engine'))).mode & 0o777).toBe(0o700);
});

test('a failed installation leaves nothing', async () => {
  const failing = installFolder(folder, isComplete, async (temporary) => {
    await fillWith('half')(temporary);
    throw new Error('the network is gone');
  });
  await expect(failing).rejects.toThrow('the network is gone');
  expect(await readdir(join(cache, 'engine'))).toEqual([]);
});

test('the result of a faster set-up stays', async () => {
  await installFolder(folder, isComplete, async (temporary) => {
    await fillWith('second')(temporary);
    await installFolder(folder, isComplete, fillWith('first'));
  });
  expect(await readFile(join(folder, 'program'), 'utf8')).toBe('first');
  expect(await readdir(join(cache, 'engine'))).toEqual(['package@1']);
});

test('a damaged installation is replaced', async () => {
  await mkdir(join(folder, 'half'), { recursive: true });
  await installFolder(folder, isComplete, fillWith('new'));
  expect(await readdir(folder)).toEqual(['program']);
  expect(await readdir(join(cache, 'engine'))).toEqual(['package@1']);
});

test('what a killed set-up left is removed, what a running one makes is not', async () => {
  const abandoned = join(cache, 'engine', '.package@1.tmp-aaaaaa');
  const running = join(cache, 'engine', '.package@1.tmp-bbbbbb');
  await mkdir(join(abandoned, 'half'), { recursive: true });
  await mkdir(running);
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(abandoned, anHourAgo, anHourAgo);
  await installFolder(folder, isComplete, fillWith('new'));
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(running)).toBe(true);
});

test('a cache below a file has the code SETUP_CACHE_NOT_WRITABLE', async () => {
  await writeFile(join(cache, 'file'), '');
  await expect(makePrivateFolder(join(cache, 'file', 'engine'))).rejects.toMatchObject({
    code: 'SETUP_CACHE_NOT_WRITABLE',
    next: expect.stringContaining('XDG_CACHE_HOME') as string,
  });
});
