import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { RedisClient } from '../lines/run-script.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { openRunQueue, type RunQueue } from '../runs/run-queue.ts';
import { startTestRedis, testSubmission, type TestRedis } from '../testing.ts';
import { announceWorker, type AnnounceWorkerOptions } from './announce-worker.ts';
import { lostAfterMs, type Resource, workersKey } from './worker-record.ts';

let server: TestRedis;
let redis: RedisClient;
let queue: RunQueue;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.connection.open({ failFast: false, name: 'test' });
  queue = await openRunQueue({ connection: server.connection });
});
afterAll(async () => {
  await queue?.close();
  redis?.disconnect();
  await server?.close();
});
beforeEach(() => redis.flushall());

function announced(name: string): AnnounceWorkerOptions {
  return {
    connection: server.connection,
    intervalMs: 20,
    worker: {
      name,
      host: 'host',
      pid: 7,
      version: '0.1.0',
      specVersion: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
      concurrency: { runs: 100, parse: 1, extract: 1, publish: 4 },
    },
  };
}

const states = async () => (await queue.listWorkers()).map(({ name, state }) => `${name} ${state}`);

test('a worker is listed from its start until it has stopped', async () => {
  const worker = announceWorker(announced('host:7'));
  await expect.poll(states).toEqual(['host:7 running']);
  worker.stopping();
  await expect.poll(states).toEqual(['host:7 stopping']);
  await worker.close();
  expect(await states()).toEqual([]);
});

test('a worker tells what it is short of, until it has enough again', async () => {
  let resources: Resource[] = [];
  await using worker = announceWorker({ ...announced('host:7'), shortOf: () => resources });
  const shortOf = async () => (await queue.listWorkers()).map((view) => view.shortOf);
  await expect.poll(shortOf).toEqual([[]]);
  resources = ['disk'];
  await expect.poll(shortOf).toEqual([['disk']]);
  resources = [];
  await expect.poll(shortOf).toEqual([[]]);
  expect(worker).toBeDefined();
});

test('a beat under way does not bring back a worker that has stopped', async () => {
  for (let round = 0; round < 20; round += 1) {
    const worker = announceWorker(announced('host:7'));
    worker.stopping();
    await worker.close();
    expect(await states()).toEqual([]);
  }
});

test('a worker that says nothing is lost, and listed after the others', async () => {
  await using first = announceWorker(announced('a'));
  await expect.poll(states).toEqual(['a running']);
  await using second = announceWorker(announced('b'));
  await expect.poll(states).toEqual(['a running', 'b running']);
  await first.close();
  const silent = announced('a').worker;
  await redis.set('{hf}:worker:a', JSON.stringify({ ...silent, stopping: false }));
  await redis.zadd(workersKey, Date.now() - lostAfterMs - 5000, 'a');
  expect(await states()).toEqual(['b running', 'a lost']);
  expect(second).toBeDefined();
});

test('a record that nobody can read is left out', async () => {
  await redis.set('{hf}:worker:x', '{"name":7}');
  await redis.zadd(workersKey, Date.now(), 'x');
  expect(await queue.listWorkers()).toEqual([]);
});

test('the lines that are not empty are listed with their runs in order', async () => {
  const a1 = await queue.submit(testSubmission('A', { mode: 'append' }));
  const a2 = await queue.submit(testSubmission('A', { mode: 'append' }));
  const b1 = await queue.submit(testSubmission('B'));
  await queue.pause({
    scope: 'target',
    server: { url: 'https://tableau.example', site: 'main' },
    target: { project: 'Finance', name: 'B' },
  });
  const lines = await queue.listLines();
  expect(lines).toMatchObject([
    { target: { name: 'A' }, state: 'waiting', length: 2, runs: [{ runId: a1.runId }, { runId: a2.runId }] },
    { target: { name: 'B' }, state: 'paused', length: 1, runs: [{ runId: b1.runId }] },
  ]);
  expect(await queue.oldestWaiting()).toBe(lines[0]?.runs[0]?.submittedAt);
});

test('without runs there are no lines, and nobody waits', async () => {
  expect(await queue.listLines()).toEqual([]);
  expect(await queue.oldestWaiting()).toBeUndefined();
});

test('looking again and again opens nothing more', async () => {
  const clients: RedisClient[] = [];
  const { connection } = server;
  const open = (options: Parameters<QueueConnection['open']>[0]): RedisClient => {
    const client = connection.open(options);
    clients.push(client);
    return client;
  };
  await using queue = await openRunQueue({ connection: { describe: connection.describe, open } });
  const listeners = (): number =>
    clients
      .flatMap((client) => client.eventNames().map((event) => client.listenerCount(event)))
      .reduce((a, b) => a + b);
  const look = (): Promise<unknown> => Promise.all([queue.listWorkers(), queue.pauses()]);
  await look();
  const before = listeners();
  for (let times = 0; times < 20; times += 1) await look();
  expect(listeners()).toBe(before);
});
