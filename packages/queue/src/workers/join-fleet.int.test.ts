import { silentLogger, SPEC_VERSION } from '@hyperferry/schema';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { startConsumers } from '../consume/start-consumers.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { openBoardQueues } from '../runs/board-queues.ts';
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

const joining = (name: string, specVersion = SPEC_VERSION) => ({
  name,
  host: 'h',
  pid: 1,
  version: '9',
  specVersion,
  startedAt: new Date().toISOString(),
  concurrency: { runs: 1, parse: 1, extract: 1, publish: 1 },
});

test('a record of a newer version, which says more, is understood enough to refuse', async () => {
  await otherWorker({ specVersion: SPEC_VERSION + 1, gpu: 'yes', concurrency: { all: 1 } });
  await expect(joinFleet(redis, settings)).rejects.toMatchObject({ code: 'WORKER_REFUSED' });
});

test('a record that nobody can read keeps no worker from starting', async () => {
  for (const text of ['{', '7', '{"name":7}']) {
    await redis.set(workerKey('other'), text);
    await redis.zadd(workersKey, Date.now(), 'other');
    expect(await joinFleet(redis, settings)).toMatchObject({ others: 0 });
  }
});

test.each([
  ['versions', joining('a'), joining('b', SPEC_VERSION + 1), { publish: 4 }],
  ['limits', joining('a'), joining('b'), { publish: 8 }],
])('of two workers with other %s that start at once one is refused', async (_, a, b, limits) => {
  const all = await Promise.allSettled([
    joinFleet(redis, { ...settings, workerName: 'a', worker: a }),
    joinFleet(redis, { ...settings, workerName: 'b', worker: b, globalConcurrency: limits }),
  ]);
  expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('what the live workers can not read is not submitted', async () => {
  await joinFleet(redis, { ...settings, workerName: 'other', worker: joining('other', SPEC_VERSION + 1) });
  await using queue = await openRunQueue({ connection: server.connection });
  await expect(queue.submit(testSubmission('newer'))).rejects.toMatchObject({ code: 'QUEUE_VERSION_DIFFERS' });
  expect((await queue.countRuns()).waiting).toBe(0);
  await redis.zadd(workersKey, Date.now() - 60_000, 'other');
  await queue.submit(testSubmission('newer'));
});

test('the first worker of a fleet without a limit for all workers removes that of the fleet before', async () => {
  const start = (more: object) => startConsumers({ connection: server.connection, handlers: testHandlers(), ...more });
  const board = openBoardQueues(server.connection);
  const limit = () => board.queues.find(({ name }) => name === 'parse')?.getGlobalConcurrency();
  await (await start({ worker: joining('a'), globalConcurrency: { parse: 2 } })).close({ graceMs: 0 });
  expect(await limit()).toBe(2);
  const second = await start({ worker: joining('b') });
  expect(await limit()).toBe(2);
  await second.close({ graceMs: 0 });
  await redis.del(workersKey);
  await (await start({ worker: joining('c') })).close({ graceMs: 0 });
  expect(await limit()).toBeNull();
  await board.close();
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

const store = { id: 'one', location: '/data/artifacts', shared: false, host: 'h' };

test('another artifact store than that of the live workers is refused', async () => {
  await joinFleet(redis, { ...settings, workerName: 'other', store });
  await otherWorker();
  await joinFleet(redis, { ...settings, store });
  const another = { ...store, id: 'two', location: 's3://bucket', shared: true };
  await expect(joinFleet(redis, { ...settings, store: another })).rejects.toMatchObject({
    code: 'WORKER_REFUSED',
    message: expect.stringMatching(/s3:\/\/bucket .*\/data\/artifacts .*HYPERFERRY_ARTIFACTS/) as string,
  });
});

test('a second host needs a store that all hosts share', async () => {
  await joinFleet(redis, { ...settings, workerName: 'other', store });
  await otherWorker();
  const elsewhere = { ...store, host: 'elsewhere' };
  await expect(joinFleet(redis, { ...settings, store: elsewhere })).rejects.toMatchObject({
    code: 'WORKER_REFUSED',
    message: expect.stringMatching(/elsewhere.*host h.*file:\/\/\//) as string,
  });
  await joinFleet(redis, { ...settings, store: { ...elsewhere, shared: true } });
});

test('a producer with another store is refused before it stores anything', async () => {
  await using queue = await openRunQueue({ connection: server.connection });
  await queue.assertStore({ id: undefined, location: '/mine' });
  await joinFleet(redis, { ...settings, store });
  await queue.assertStore({ id: 'one', location: '/mine' });
  await expect(queue.assertStore({ id: undefined, location: '/mine' })).rejects.toMatchObject({
    code: 'ARTIFACT_STORE_FOREIGN',
    message: expect.stringContaining('/data/artifacts') as string,
  });
});

test('all keep records for the same time, producers as the workers do', async () => {
  await joinFleet(redis, { ...settings, workerName: 'other', retentionSeconds: 86_400 });
  await otherWorker();
  await expect(joinFleet(redis, { ...settings, retentionSeconds: 2 * 86_400 })).rejects.toMatchObject({
    code: 'WORKER_REFUSED',
    message: 'HYPERFERRY_KEEP_RUNS_DAYS is 2 here, 1 for the live workers: give all the same',
  });
  await using queue = await openRunQueue({ connection: server.connection });
  const { runId } = await queue.submit(testSubmission('kept'));
  await queue.cancel(runId);
  const seconds = await redis.ttl(`{hf}:run:${runId}`);
  expect(seconds).toBeGreaterThan(86_000);
  expect(seconds).toBeLessThanOrEqual(86_400);
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

test('a worker whose lease is another one than that of the others starts, and says so', async () => {
  const lease = { lockMs: 60_000, stalledCheckMs: 15_000 };
  const first = { connection: server.connection, handlers: testHandlers(), worker: joining('first'), lease };
  await using _first = await startConsumers(first);
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
  const others = { ...first, worker: joining('second'), logger };
  await using _second = await startConsumers(others);
  expect(warnings).toEqual([]);
  await using _third = await startConsumers({ ...others, worker: joining('third'), lease: { ...lease, lockMs: 5000 } });
  expect(warnings).toEqual([{ name: 'HYPERFERRY_LOCK_MS', mine: '5000', theirs: '60000' }]);
});

test('a Redis that may evict runs is refused', async () => {
  await using queue = await openRunQueue({ connection: server.connection });
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(queue.submit(testSubmission('evicted'))).rejects.toMatchObject({ code: 'QUEUE_REDIS_UNSAFE' });
  expect((await queue.listRuns()).runs).toEqual([]);
  const start = startConsumers({ connection: server.connection, handlers: testHandlers() });
  await expect(start).rejects.toMatchObject({ code: 'QUEUE_REDIS_UNSAFE' });
});
