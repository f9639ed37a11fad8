import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createLines } from '../lines/lines.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { eventually, startTestFleet, type TestFleet, testSubmission } from '../testing.ts';

/** A Redis that takes no writes. */
let fleet: TestFleet;
let redis: RedisClient;
beforeAll(async () => {
  fleet = await startTestFleet();
  redis = fleet.redis.connection.open({ failFast: false, name: 'test' });
});
const full = {
  memory: {
    fill: () => redis.config('SET', 'maxmemory', '1'),
    empty: () => redis.config('SET', 'maxmemory', '0'),
  },
  // As where a snapshot can't be written for want of disk: here something else stands in its place.
  disk: {
    async fill() {
      const [, folder = ''] = await redis.config('GET', 'dir');
      const [, file = ''] = await redis.config('GET', 'dbfilename');
      await rm(join(folder, file), { force: true });
      await mkdir(join(folder, file));
      await redis.config('SET', 'save', '3600 1');
      await redis.bgsave();
      await eventually(async () => (await redis.info('persistence')).includes('rdb_last_bgsave_status:err'));
    },
    async empty() {
      await redis.config('SET', 'stop-writes-on-bgsave-error', 'no');
      await redis.config('SET', 'save', '');
    },
  },
} as const;
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

test.each(['memory', 'disk'] as const)(
  'a Redis without %s is told by its code, to producers and to workers',
  async (what) => {
    await full[what].fill();
    try {
      await expect(fleet.queue.submit(testSubmission('full'))).rejects.toMatchObject({
        code: 'QUEUE_REDIS_FULL',
        retryable: true,
        message: expect.stringMatching(/OOM|MISCONF/),
      });
      const writing = createLines(redis).pauseLine('line', true, '{}');
      await expect(writing).rejects.toMatchObject({ code: 'QUEUE_REDIS_FULL' });
    } finally {
      await full[what].empty();
    }
  },
);

test('runs go on when there is room again', async () => {
  await fleet.consume();
  await redis.config('SET', 'maxmemory', '1');
  await expect(fleet.queue.submit(testSubmission('again'))).rejects.toMatchObject({ code: 'QUEUE_REDIS_FULL' });
  await redis.config('SET', 'maxmemory', '0');
  const { runId } = await fleet.queue.submit(testSubmission('again'));
  expect((await fleet.queue.waitForRun(runId)).state).toBe('succeeded');
});
