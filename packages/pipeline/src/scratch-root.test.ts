import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createScratchRoot, type ScratchRoot } from './scratch-root.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hf-scratch-'));
});
afterEach(async () => {
  await mine?.close();
  await rm(parent, { recursive: true, force: true });
});
let mine: ScratchRoot | undefined;

const host = hostname().replaceAll(/[^\w.-]/g, '_');
const deadPid = (): number => spawnSync('true').pid;

test('the folder of a killed worker is removed with all that is in it', async () => {
  await mkdir(join(parent, `hf-worker-${host}-${deadPid()}-abcdef`, 'run.parse.1'), { recursive: true });
  mine = await createScratchRoot(parent, 'worker');
  expect(await readdir(parent)).toEqual([basename(mine.path)]);
});

test('the folder of a living worker stays, and so does anything else', async () => {
  const living = `hf-worker-${host}-${process.ppid}-abcdef`;
  const others = [living, `hf-worker-elsewhere-${deadPid()}-abcdef`, 'hf-worker-notes', 'hf-engine-abcdef'];
  for (const name of others) await mkdir(join(parent, name));
  mine = await createScratchRoot(parent, 'worker');
  expect(new Set(await readdir(parent))).toEqual(new Set([...others, basename(mine.path)]));
});

test('the folder of a worker that is killed later is removed, too', async () => {
  mine = await createScratchRoot(parent, 'worker', 20);
  await mkdir(join(parent, `hf-worker-${host}-${deadPid()}-abcdef`, 'run.parse.1'), { recursive: true });
  const { path } = mine;
  await vi.waitFor(async () => expect(await readdir(parent)).toEqual([basename(path)]));
  await mine.close();
  expect(await readdir(parent)).toEqual([]);
});

test('a parent that is not there is said by its name', async () => {
  const failure = createScratchRoot(join(parent, 'missing'), 'command');
  await expect(failure).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE', message: /missing/ });
});
