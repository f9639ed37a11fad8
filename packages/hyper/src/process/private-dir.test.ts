import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { CALLBACK_SOCKET, removeStalePrivateDirs } from './private-dir.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hf-dirs-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const deadPid = (): number => spawnSync('true').pid;

async function makeDir(name: string, ageSeconds: number): Promise<string> {
  const path = join(parent, name);
  await mkdir(path);
  const time = Date.now() / 1000 - ageSeconds;
  await utimes(path, time, time);
  return path;
}

test('the folder of a killed process is removed, that of a living one stays for a minute', async () => {
  await makeDir(`hf-engine-${deadPid()}-aaaaaa`, 5);
  await makeDir(`hf-engine-${process.pid}-bbbbbb`, 5);
  await makeDir(`hf-engine-${process.pid}-cccccc`, 120);
  await makeDir('something-else', 120);
  await removeStalePrivateDirs(join(parent, 'mine'));
  expect((await readdir(parent)).sort()).toEqual([`hf-engine-${process.pid}-bbbbbb`, 'something-else']);
});

test('a folder in which somebody listens stays, whatever its name says', async () => {
  const name = `hf-engine-${deadPid()}-dddddd`;
  const path = await makeDir(name, 0);
  const server = createServer();
  await new Promise<void>((done) => server.listen(join(path, CALLBACK_SOCKET), done));
  await utimes(path, 0, 0);
  await removeStalePrivateDirs(join(parent, 'mine'));
  expect(await readdir(parent)).toEqual([name]);
  server.close();
});
