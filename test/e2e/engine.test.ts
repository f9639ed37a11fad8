import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { readSettings } from '../../apps/producer/src/env.ts';
import { type OpenedQueue, openQueue } from '../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../apps/producer/src/server-of.ts';
import { submitFile } from '../../apps/producer/src/submit-file.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

let stack: DemoStack;
let opened: OpenedQueue;

beforeAll(async () => {
  stack = await startDemoStack(async (_env, folder) => {
    const shared = join(folder, 'a shared folder');
    await mkdir(shared);
    return { HYPERFERRY_ARTIFACTS: pathToFileURL(shared).href, HYPERFERRY_RETRY_DELAY_MS: '100' };
  });
  opened = await openQueue(readSettings(stack.env));
});
afterAll(async () => {
  await opened.close();
  expect(await stack.stop()).toEqual([]);
});

async function submit(name: string): Promise<string> {
  const path = join(stack.folder, 'orders.csv');
  await writeFile(path, 'id,amount\n1,1.50\n2,2.25\n');
  const target = { connection: 'demo', project: 'Finance/Sales', name, mode: 'createOrOverwrite' as const };
  return (await submitFile({ path, target, server: serverOf('demo', stack.env) }, opened)).runId;
}

async function enginePid(): Promise<number> {
  const [worker] = await opened.queue.listWorkers();
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(worker?.pid)], { encoding: 'utf8' });
  const pid = Number(/^ *(\d+) \S*hyperd run/m.exec(children)?.[1]);
  expect(pid, children).toBeGreaterThan(0);
  return pid;
}

it('reads sources and extracts from a folder that all hosts mount', async () => {
  expect(await opened.queue.waitForRun(await submit('Shared'))).toMatchObject({ state: 'succeeded' });
});

it('an engine that was killed is started again for the next file', async () => {
  const killed = await enginePid();
  process.kill(killed, 'SIGKILL');
  expect(await opened.queue.waitForRun(await submit('Killed'))).toMatchObject({ state: 'succeeded' });
  expect(await enginePid()).not.toBe(killed);
});
