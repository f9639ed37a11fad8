import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { openQueue } from '../runs/appoint.ts';
import {
  createGate,
  eventually,
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
afterAll(() => fleet?.[Symbol.asyncDispose]());

test('a run that is appointed anew waits for its stage that is being done', async () => {
  const redis = fleet.redis.connection.open({ failFast: false, name: 'test' });
  const working = createGate();
  const go = createGate();
  let parses = 0;
  const parse = async () => {
    parses += 1;
    working.open();
    await go.opened;
    return testParseResult();
  };
  const stagesOnly = { runs: 0, parse: 1, extract: 1, publish: 1 };
  const runsOnly = { runs: 10, parse: 0, extract: 0, publish: 0 };
  await fleet.consume({ workerName: 'stages', concurrency: stagesOnly, handlers: testHandlers({ parse }) });
  const coordinator = await fleet.consume({ workerName: 'first', concurrency: runsOnly });
  const { runId } = await fleet.queue.submit(testSubmission('reappointed'));
  await working.opened;
  await coordinator.close({ graceMs: 0 });
  // As if its job had been lost for good: too many stalls, or somebody on a board with write access.
  const runs = openQueue('runs', redis);
  await redis.zrem('{hf}:runs:prioritized', `${runId}.1`);
  await redis.zadd('{hf}:runs:failed', Date.now(), `${runId}.1`);
  await eventually(async () => (await runs.getJobState(`${runId}.2`)) !== 'unknown');
  await fleet.consume({ workerName: 'second', concurrency: runsOnly });
  await eventually(async () => (await runs.getJobState(`${runId}.2`)) === 'active');
  go.open();
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
  expect(parses).toBe(1);
  redis.disconnect();
});
