import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkerView } from '@hyperferry/queue';
import { expect, it } from 'vitest';

import { readSettings } from '../../apps/producer/src/env.ts';
import { type OpenedQueue, openQueue } from '../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../apps/producer/src/server-of.ts';
import { submitFile } from '../../apps/producer/src/submit-file.ts';
import { hyperferry } from './command.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

const mb = 1024 * 1024;

/** A file system of its own, or why there can be none. */
async function mountSmall(sizeMb: number): Promise<{ folder: string } | { reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hf-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=700`, 'none', folder], { stdio: 'pipe' });
    return { folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return { reason: `no small file system could be mounted: ${(error as Error).message.trim()}` };
  }
}

async function submit(stack: DemoStack, opened: OpenedQueue): Promise<string> {
  const path = join(stack.folder, 'orders.csv');
  await writeFile(path, 'id,amount\n1,1.50\n2,2.25\n');
  const target = { connection: 'demo', project: 'Finance/Sales', name: 'Short', mode: 'createOrOverwrite' as const };
  return (await submitFile({ path, target, server: serverOf('demo', stack.env) }, opened)).runId;
}

async function shortOf(stack: DemoStack): Promise<readonly string[]> {
  const { stdout } = await hyperferry(['workers', '--json'], stack.env);
  return (JSON.parse(stdout) as { workers: WorkerView[] }).workers.flatMap((worker) => worker.shortOf);
}

it('a full artifact store stops no run: the worker says why it waits, and goes on when there is room', async (context) => {
  const small = await mountSmall(32);
  if ('reason' in small) {
    context.skip(small.reason);
    return;
  }
  const filler = join(small.folder, 'filler');
  await writeFile(filler, Buffer.alloc(28 * mb));
  const stack = await startDemoStack({
    HYPERFERRY_ARTIFACTS: join(small.folder, 'artifacts'),
    HYPERFERRY_MIN_FREE_DISK: '8m',
  });
  try {
    const opened = await openQueue(readSettings(stack.env));
    const runId = await submit(stack, opened);
    await expect.poll(() => shortOf(stack), { timeout: 10_000 }).toEqual(['disk']);
    expect((await hyperferry(['workers'], stack.env)).stdout).toContain('running, short of disk');
    // Long enough for some more looks.
    await sleep(7000);
    expect((await opened.queue.getRun(runId)).progress).toBeUndefined();
    expect(stack.workerLog().match(/WORKER_SHORT_OF_DISK/g)).toHaveLength(1);
    await rm(filler);
    expect(await opened.queue.waitForRun(runId)).toMatchObject({
      state: 'succeeded',
      report: { stages: [{ attempts: 1 }, { attempts: 1 }, { attempts: 1 }] },
    });
    await expect.poll(() => shortOf(stack), { timeout: 10_000 }).toEqual([]);
    await opened.close();
  } finally {
    expect(await stack.stop()).toEqual([]);
    execFileSync('umount', [small.folder]);
    await rm(small.folder, { recursive: true });
  }
});

it('too little memory and scratch space are told both; cancelling still works', async () => {
  const stack = await startDemoStack({ HYPERFERRY_MIN_FREE_DISK: '900000g', HYPERFERRY_MIN_FREE_MEMORY: '900000g' });
  try {
    const opened = await openQueue(readSettings(stack.env));
    const runId = await submit(stack, opened);
    await expect.poll(() => shortOf(stack), { timeout: 10_000 }).toEqual(['disk', 'memory']);
    expect((await opened.queue.getRun(runId)).state).toBe('running');
    await opened.queue.cancel(runId);
    expect((await opened.queue.waitForRun(runId)).state).toBe('cancelled');
    expect(stack.workerLog()).toMatch(/WORKER_SHORT_OF_MEMORY/);
    await opened.close();
  } finally {
    expect(await stack.stop()).toEqual([]);
  }
});
