import { setTimeout as sleep } from 'node:timers/promises';

import { HyperferryError } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { QueueConnection } from '../redis/connection.ts';
import {
  createGate,
  startTestFleet,
  type TestFleet,
  testHandlers,
  testPublishResult,
  testSubmission,
  untilAborted,
} from '../testing.ts';

/** Cancels that come when a publish has been sent, is being looked after, or has just ended. */
let fleet: TestFleet;
let target = 0;
beforeAll(async () => {
  fleet = await startTestFleet();
});
beforeEach(() => {
  target += 1;
});
afterEach(() => fleet.stopConsumers());
afterAll(() => fleet?.[Symbol.asyncDispose]());

const append = async (): Promise<string> =>
  (await fleet.queue.submit(testSubmission(`cancel ${target}`, { mode: 'append' }))).runId;
const unanswered = new HyperferryError('TABLEAU_PUBLISH_UNKNOWN', 'no answer');

/** A connection whose consumers get their answers to reads of records late. */
function slowReads(connection: QueueConnection, lateMs: () => number): QueueConnection {
  return {
    ...connection,
    open(options) {
      const redis = connection.open(options);
      const hgetall = redis.hgetall.bind(redis);
      redis.hgetall = async (key: string) => {
        const record = await hgetall(key);
        await sleep(lateMs());
        return record;
      };
      return redis;
    },
  };
}

test('a publish that ends while its cancel is looked into has the run succeed', async () => {
  const sent = createGate();
  let lateMs = 0;
  await fleet.consume({
    connection: slowReads(fleet.redis.connection, () => lateMs),
    handlers: testHandlers({
      publish: async (job) => {
        await job.confirm();
        sent.open();
        await sleep(700);
        return testPublishResult();
      },
    }),
  });
  const runId = await append();
  await sent.opened;
  lateMs = 500;
  await fleet.queue.cancel(runId);
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded', outcomeUnknown: false });
});

test.each([true, false])(
  'a cancel in the pause after a lost answer has it looked after at once; found: %s',
  async (found) => {
    const lost = createGate();
    const inherited: boolean[] = [];
    await fleet.consume({
      retries: { attempts: 3, backoffMs: 60_000 },
      handlers: testHandlers({
        publish: async (job) => {
          inherited.push(job.inheritedIntent);
          if (!job.inheritedIntent) {
            await job.confirm();
            lost.open();
            throw unanswered;
          }
          if (!found) {
            await job.settle();
            await untilAborted(job.signal);
          }
          return testPublishResult();
        },
      }),
    });
    const runId = await append();
    await lost.opened;
    await sleep(300);
    await fleet.queue.cancel(runId);
    const ended = await fleet.queue.waitForRun(runId, { signal: AbortSignal.timeout(5000) });
    expect(ended).toMatchObject({ state: found ? 'succeeded' : 'cancelled', outcomeUnknown: false });
    expect(inherited).toEqual([false, true]);
  },
);
