import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { startConsumers } from '../consume/start-consumers.ts';
import { openRunQueue } from '../runs/run-queue.ts';
import { testHandlers, testSubmission } from '../testing.ts';
import { connectionFromUrl } from './connection.ts';
import { startPrivateRedis } from './private-redis.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hf-away-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function secondsUntilRefused(action: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await expect(action()).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
  return (performance.now() - startMs) / 1000;
}

test('opening fails within two seconds where no Redis is', async () => {
  const nowhere = [`unix://${join(dataDir, 'none.sock')}`, 'redis://127.0.0.1:1', 'redis-cluster://127.0.0.1:1'];
  for (const url of nowhere) {
    expect(await secondsUntilRefused(() => openRunQueue({ connection: connectionFromUrl(url) }))).toBeLessThan(2.2);
  }
});

test('submit fails within two seconds when Redis has gone away, and works when it is back', async () => {
  const redis = await startPrivateRedis({ dataDir, env: process.env });
  const queue = await openRunQueue({ connection: redis.connection });
  process.kill(redis.pid(), 'SIGSTOP');
  expect(await secondsUntilRefused(() => queue.submit(testSubmission('frozen')))).toBeLessThan(2.2);
  process.kill(redis.pid(), 'SIGCONT');
  const { runId } = await queue.submit(testSubmission('back', { mode: 'append' }));
  expect((await queue.getRun(runId)).state).toBe('waiting');
  await queue.close();
  await redis.close();
});

test.each([true, false])(
  'a client of a Redis that hangs keeps no process once it is closed (fail fast: %s)',
  async (failFast) => {
    await using server = await startPrivateRedis({ dataDir, env: process.env });
    const redis = server.connection.open({ failFast, name: 'test' });
    if (failFast) await redis.connect();
    await redis.ping();
    process.kill(server.pid(), 'SIGSTOP');
    redis.ping().catch(() => {});
    const startMs = performance.now();
    redis.disconnect();
    await once(redis, 'end');
    expect(performance.now() - startMs).toBeLessThan(1000);
    process.kill(server.pid(), 'SIGCONT');
  },
);

test('many may ask at once, without a warning of listeners', async () => {
  await using redis = await startPrivateRedis({ dataDir, env: process.env });
  await using queue = await openRunQueue({ connection: redis.connection });
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', note);
  await Promise.all(Array.from({ length: 100 }, () => queue.countRuns()));
  // Warnings are told in a later turn.
  await new Promise(setImmediate);
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

test('a worker waits for Redis, comes back and finishes', async () => {
  await using redis = await startPrivateRedis({ dataDir, env: process.env });
  await using queue = await openRunQueue({ connection: redis.connection });
  const lease = { lockMs: 2000, stalledCheckMs: 500 };
  await using consumers = await startConsumers({ connection: redis.connection, handlers: testHandlers(), lease });
  const waits: Promise<unknown>[] = [];
  for (let index = 0; index < 20; index += 1) {
    if (index === 10) process.kill(redis.pid(), 'SIGKILL');
    const submission = testSubmission('outage', { mode: 'append', runId: `outage-${index}` });
    // The same key is the same run: a submission that failed may be repeated.
    while ((await queue.submit(submission).catch(() => undefined)) === undefined);
    waits.push(queue.waitForRun(`outage-${index}`));
  }
  expect(await Promise.all(waits)).toMatchObject(Array.from({ length: 20 }, () => ({ state: 'succeeded' })));
  await consumers.close({ graceMs: 0 });
});

test('closing a worker returns although Redis is away', async () => {
  const redis = await startPrivateRedis({ dataDir, env: process.env });
  const consumers = await startConsumers({ connection: redis.connection, handlers: testHandlers() });
  await redis.close();
  const startMs = performance.now();
  await consumers.close({ graceMs: 100 });
  expect(performance.now() - startMs).toBeLessThan(15_000);
});
