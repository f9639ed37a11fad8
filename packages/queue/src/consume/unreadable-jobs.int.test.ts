import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { RedisClient } from '../lines/run-script.ts';
import { openBoardQueues } from '../runs/board-queues.ts';
import { eventually, startTestFleet, type TestFleet, testSubmission } from '../testing.ts';

/** Jobs put straight into Redis that BullMQ can't decode: no code of ours sees them. */
let fleet: TestFleet;
let redis: RedisClient;
beforeAll(async () => {
  fleet = await startTestFleet();
  redis = fleet.redis.connection.open({ failFast: false, name: 'test' });
});
beforeEach(() => redis.flushall());
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

const queues = ['runs', 'parse', 'extract', 'publish'] as const;
const poisons: [string, Record<string, string>][] = [
  ['data that is no JSON', { data: '{broken', opts: '{}' }],
  ['options that are no JSON', { data: '{"v":1}', opts: 'none' }],
  ['options that are null', { data: '{}', opts: 'null' }],
  ['a progress that is no JSON', { data: '{}', opts: '{}', progress: '{' }],
];

test.each(poisons)('%s: the job ends as failed, and blocks no other, even one at a time', async (_, fields) => {
  const globalConcurrency = { parse: 1, extract: 1, publish: 1 };
  await fleet.consume({ globalConcurrency, lease: { lockMs: 60_000, stalledCheckMs: 500 } });
  for (const name of queues) {
    await redis.hset(`{hf}:${name}:junk`, { name: 'x', timestamp: '1', delay: '0', priority: '0', ...fields });
    await redis.lpush(`{hf}:${name}:wait`, 'junk');
    await redis.zadd(`{hf}:${name}:marker`, 0, '0');
  }
  const { runId } = await fleet.queue.submit(testSubmission('Good'));
  expect((await fleet.queue.waitForRun(runId, { signal: AbortSignal.timeout(10_000) })).state).toBe('succeeded');
  await using board = openBoardQueues(fleet.redis.connection);
  for (const queue of board.queues) {
    await eventually(async () => (await queue.getFailedCount()) === 1);
    expect(await queue.getFailed()).toMatchObject([
      { id: 'junk', data: {}, failedReason: expect.stringMatching(/^JOB_DATA_INVALID: job junk on /) as string },
    ]);
    expect(await queue.getActiveCount()).toBe(0);
  }
});

test('lists of workers and of the board leave out what nobody has taken out of the way yet', async () => {
  await redis.hset('{hf}:parse:junk', { name: 'x', data: '{broken', opts: '{}' });
  await redis.lpush('{hf}:parse:active', 'junk');
  await redis.hset('{hf}:parse:more', { name: 'x', data: '{broken', opts: '{}' });
  await redis.lpush('{hf}:parse:wait', 'more');
  expect(await fleet.queue.listWorkers()).toEqual([]);
  await using board = openBoardQueues(fleet.redis.connection);
  expect(await Promise.all(board.queues.map((queue) => queue.getJobs(['active', 'waiting'])))).toEqual([
    [],
    [],
    [],
    [],
  ]);
});
