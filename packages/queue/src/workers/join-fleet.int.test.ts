import { SPEC_VERSION } from '@hyperferry/schema';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { startConsumers } from '../consume/start-consumers.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { openRunQueue } from '../runs/run-queue.ts';
import { startTestRedis, testHandlers, type TestRedis, testSubmission } from '../testing.ts';
import { joinFleet, siteOfConnection } from './join-fleet.ts';
import { workerKey, workersKey } from './worker-record.ts';

let server: TestRedis;
let redis: RedisClient;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.connection.open({ failFast: false, name: 'test' });
});
beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
});
afterAll(async () => {
  redis?.disconnect();
  await server?.close();
});

const settings = { workerName: 'me', globalConcurrency: { publish: 4 }, connections: {} };
const site = { url: 'https://t', site: 'main' };

async function otherWorker(more: object = {}): Promise<void> {
  const concurrency = { runs: 1, parse: 1, extract: 1, publish: 1 };
  const record = { name: 'other', host: 'h', pid: 1, version: '9', specVersion: SPEC_VERSION, concurrency };
  const full = { ...record, startedAt: new Date().toISOString(), stopping: false, ...more };
  await redis.set(workerKey('other'), JSON.stringify(full));
  await redis.zadd(workersKey, Date.now(), 'other');
}

test('a worker of another data version is refused while the other lives', async () => {
  await otherWorker({ specVersion: SPEC_VERSION + 1 });
  await expect(joinFleet(redis, settings)).rejects.toMatchObject({ code: 'WORKER_REFUSED' });
  await redis.zadd(workersKey, Date.now() - 60_000, 'other');
  await joinFleet(redis, settings);
});

test('another limit for all workers is refused while the others live, else it replaces theirs', async () => {
  await joinFleet(redis, { ...settings, workerName: 'other' });
  await otherWorker();
  const changed = { ...settings, globalConcurrency: { publish: 8 } };
  await expect(joinFleet(redis, changed)).rejects.toMatchObject({ code: 'WORKER_REFUSED' });
  await redis.zrem(workersKey, 'other');
  await joinFleet(redis, changed);
});

test('one name for two sites is refused', async () => {
  await joinFleet(redis, { ...settings, workerName: 'other', connections: { prod: site } });
  await otherWorker();
  const mine = { ...settings, connections: { prod: { ...site, site: 'test' } } };
  await expect(joinFleet(redis, mine)).rejects.toMatchObject({ code: 'WORKER_REFUSED' });
  await joinFleet(redis, { ...settings, connections: { test: site } });
});

test('producers learn the site of a connection from the fleet', async () => {
  const consumers = await startConsumers({
    connection: server.connection,
    handlers: testHandlers(),
    connections: { default: site },
  });
  expect(await siteOfConnection(redis, 'default')).toEqual(site);
  await expect(siteOfConnection(redis, 'nobody')).rejects.toMatchObject({ code: 'CONNECTION_UNKNOWN' });
  await using queue = await openRunQueue({ connection: server.connection });
  const { server: _, ...submission } = testSubmission('by name');
  const { runId } = await queue.submit(submission);
  expect(await queue.getRun(runId)).toMatchObject({ server: site });
  await consumers.close({ graceMs: 0 });
});

test('a Redis that may evict runs is refused', async () => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const start = startConsumers({ connection: server.connection, handlers: testHandlers() });
  await expect(start).rejects.toMatchObject({ code: 'QUEUE_REDIS_UNSAFE' });
});
