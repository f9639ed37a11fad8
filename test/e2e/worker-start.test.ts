import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { processesNaming } from '../../scripts/demo/processes.ts';

const bin = join(import.meta.dirname, '../../apps/worker/bin/hyperferry-worker.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-ws-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function startAndStop(name: string, settings: NodeJS.ProcessEnv, until: (temporary: string) => Promise<void>) {
  const temporary = await mkdtemp(join(folder, `${name}-`));
  const env = { ...process.env, HYPERFERRY_DATA: join(folder, 'data'), ...settings, TMPDIR: temporary };
  const worker = spawn(process.execPath, [bin], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  worker.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const exited = once(worker, 'exit');
  await Promise.race([until(temporary), exited]);
  worker.kill('SIGTERM');
  await exited;
  const left = [...(await readdir(temporary)), ...(await processesNaming(temporary))];
  return { code: worker.exitCode, said, left };
}

const has =
  (prefix: string) =>
  async (temporary: string): Promise<void> => {
    while (!(await readdir(temporary)).some((name) => name.startsWith(prefix))) await sleep(5);
  };

it.each(['hf-worker-', 'hf-engine-'])(
  'a worker stopped while it starts, at its %s folder, leaves nothing',
  async (prefix) => {
    expect(await startAndStop('early', { REDIS_URL: '' }, has(prefix))).toEqual({ code: 0, said: '', left: [] });
  },
);

it('a worker stopped while it waits for Redis leaves nothing', async () => {
  const env = { REDIS_URL: `unix://${join(folder, 'no-redis.sock')}` };
  const waits = async (temporary: string): Promise<void> => {
    await has('hf-engine-')(temporary);
    await sleep(1500);
  };
  const stopped = await startAndStop('waits', env, waits);
  expect(stopped).toMatchObject({ code: 0, left: [] });
  expect(stopped.said).toContain('waiting for Redis');
});

it('a worker that is refused leaves nothing', async () => {
  const env = { REDIS_URL: 'redis://127.0.0.1:1', HYPERD_PATH: '/nowhere/hyperd' };
  const stopped = await startAndStop('refused', env, () => sleep(3000));
  expect(stopped.code).not.toBe(0);
  expect(stopped.left).toEqual([]);
});
