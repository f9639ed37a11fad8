import { setTimeout as sleep } from 'node:timers/promises';

import type { Stage } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import {
  createGate,
  startTestFleet,
  type TestFleet,
  testHandlers,
  testParseResult,
  testSubmission,
} from '../testing.ts';

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await startTestFleet();
});
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

/** Stages that a consumer refuses, until the test changes them. */
function refusing(...first: Stage[]) {
  let stages = first;
  return {
    options: { refusedStages: () => Promise.resolve(stages), askMs: 100 },
    only: (...next: Stage[]) => void (stages = next),
  };
}

const submit = async (name: string): Promise<string> => (await fleet.queue.submit(testSubmission(name))).runId;
const stateOf = async (runId: string): Promise<string> => (await fleet.queue.getRun(runId)).state;

test('a refused stage waits without spending attempts, and begins when it is no longer refused', async () => {
  const parsed: number[] = [];
  const refused = refusing('parse');
  await fleet.consume({
    ...refused.options,
    handlers: testHandlers({
      parse: (job) => {
        parsed.push(job.attempt);
        return Promise.resolve(testParseResult());
      },
    }),
  });
  const runIds = await Promise.all(['A', 'B', 'C'].map(submit));
  await sleep(1500);
  expect(await Promise.all(runIds.map(stateOf))).toEqual(['running', 'running', 'running']);
  expect(parsed).toEqual([]);
  refused.only();
  const ended = await Promise.all(runIds.map((runId) => fleet.queue.waitForRun(runId)));
  expect(ended.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  expect(parsed).toEqual([1, 1, 1]);
});

test('what one process refuses another one does', async () => {
  const others: string[] = [];
  await fleet.consume({ workerName: 'short', ...refusing('parse', 'extract', 'publish').options });
  await fleet.consume({
    workerName: 'other',
    handlers: testHandlers({
      parse: (job) => {
        others.push(job.runId);
        return Promise.resolve(testParseResult());
      },
    }),
  });
  const runIds = await Promise.all(['D', 'E', 'F', 'G'].map(submit));
  const ended = await Promise.all(runIds.map((runId) => fleet.queue.waitForRun(runId)));
  expect(ended.map(({ state }) => state)).toEqual(runIds.map(() => 'succeeded'));
  expect(others.sort()).toEqual(runIds.sort());
});

test('a stage that runs already goes on', async () => {
  const gate = createGate();
  let begun = 0;
  const refused = refusing();
  await fleet.consume({
    ...refused.options,
    concurrency: { parse: 1 },
    handlers: testHandlers({
      parse: async () => {
        begun += 1;
        await gate.opened;
        return testParseResult();
      },
    }),
  });
  const first = await submit('H');
  await expect.poll(() => begun).toBe(1);
  refused.only('parse');
  const second = await submit('I');
  gate.open();
  expect((await fleet.queue.waitForRun(first)).state).toBe('succeeded');
  await sleep(500);
  expect(begun).toBe(1);
  refused.only();
  expect((await fleet.queue.waitForRun(second)).state).toBe('succeeded');
});

test('a question without an answer stops nothing', async () => {
  await fleet.consume({ refusedStages: () => Promise.reject(new Error('no answer')) });
  expect((await fleet.queue.waitForRun(await submit('J'))).state).toBe('succeeded');
});
