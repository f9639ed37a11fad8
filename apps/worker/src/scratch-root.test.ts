import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createScratchRoot } from './scratch-root.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hf-scratch-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const host = hostname().replaceAll(/[^\w.-]/g, '_');
const deadPid = (): number => spawnSync('true').pid;

test('the folder of a killed worker is removed with all that is in it', async () => {
  await mkdir(join(parent, `hf-worker-${host}-${deadPid()}-abcdef`, 'run.parse.1'), { recursive: true });
  const mine = await createScratchRoot(parent);
  expect(await readdir(parent)).toEqual([basename(mine)]);
});

test('the folder of a living worker stays, and so does anything else', async () => {
  const living = `hf-worker-${host}-${process.ppid}-abcdef`;
  const others = [living, `hf-worker-elsewhere-${deadPid()}-abcdef`, 'hf-worker-notes', 'hf-engine-abcdef'];
  for (const name of others) await mkdir(join(parent, name));
  const mine = await createScratchRoot(parent);
  expect(new Set(await readdir(parent))).toEqual(new Set([...others, basename(mine)]));
});
