import { HyperferryError } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { RedisClient } from './run-script.ts';
import { startTestFleet, type TestFleet, testHandlers, testSubmission } from '../testing.ts';

/** A held run whose outcome is unknown, and the whole-table run behind it. */
let fleet: TestFleet;
let redis: RedisClient;
let target = 0;
beforeAll(async () => {
  fleet = await startTestFleet();
  redis = fleet.redis.connection.open({ failFast: false, name: 'test' });
});
beforeEach(() => {
  target += 1;
});
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

const submit = async (mode: 'append' | 'overwrite'): Promise<string> =>
  (await fleet.queue.submit(testSubmission(`heal ${target}`, { mode }))).runId;

async function unknownAppend(): Promise<string> {
  const consumers = await fleet.consume({
    handlers: testHandlers({
      publish: async (job) => {
        await job.confirm();
        throw new HyperferryError('INTERNAL', 'no answer');
      },
    }),
  });
  const runId = await submit('append');
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'held', outcomeUnknown: true });
  await consumers.close({ graceMs: 0 });
  return runId;
}

/** As if the request had been sent so long ago. */
const age = async (runId: string, ageMs: number): Promise<void> =>
  void (await redis.hincrby(`{hf}:run:${runId}`, 'intentAt', -ageMs));

test('an unknown append is not healed while its request may still take effect', async () => {
  const unknown = await unknownAppend();
  await age(unknown, 14 * 60_000);
  const overwrite = await submit('overwrite');
  await fleet.consume();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await fleet.queue.getRun(unknown)).state).toBe('held');
  expect((await fleet.queue.getRun(overwrite)).state).toBe('waiting');
});

test('later an overwrite right behind it heals it without anybody asking, and goes on', async () => {
  const unknown = await unknownAppend();
  const overwrite = await submit('overwrite');
  await age(unknown, 16 * 60_000);
  await fleet.consume();
  expect((await fleet.queue.waitForRun(overwrite)).state).toBe('succeeded');
  expect(await fleet.queue.getRun(unknown)).toMatchObject({ state: 'failed', healedBy: overwrite });
});

test('an append right behind it heals nothing, however long ago', async () => {
  const unknown = await unknownAppend();
  await age(unknown, 60 * 60_000);
  const second = await submit('append');
  await submit('overwrite');
  await fleet.consume();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await fleet.queue.getRun(unknown)).state).toBe('held');
  expect((await fleet.queue.getRun(second)).state).toBe('waiting');
});
