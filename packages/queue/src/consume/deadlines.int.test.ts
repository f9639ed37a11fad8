import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import {
  createGate,
  startTestFleet,
  type TestFleet,
  testHandlers,
  testPublishResult,
  testSubmission,
  untilAborted,
} from '../testing.ts';

/** What happens to a run whose time is up, wherever it is then. */
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

const submit = async (): Promise<string> => (await fleet.queue.submit(testSubmission(`late ${target}`))).runId;

test('the stage that is being done stops before the run ends, so that no other run begins beside it', async () => {
  const events: string[] = [];
  const extract = async (job: { signal: AbortSignal }): Promise<never> => {
    await untilAborted(job.signal).catch((error: { code?: string }) => events.push(`stopped by ${error.code}`));
    await sleep(300);
    events.push('stage ended');
    throw job.signal.reason;
  };
  await fleet.consume({ deadlines: { runMs: 300 }, handlers: testHandlers({ extract }) });
  const ended = await fleet.queue.waitForRun(await submit());
  events.push('run ended');
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'RUN_TIMEOUT' }, cancelRequested: false });
  expect(events).toEqual(['stopped by RUN_TIMEOUT', 'stage ended', 'run ended']);
});

test('a publish that is under way is waited for, and its success counts', async () => {
  await fleet.consume({
    deadlines: { runMs: 200 },
    handlers: testHandlers({
      publish: async (job) => {
        await job.confirm();
        await sleep(1000);
        job.signal.throwIfAborted();
        return testPublishResult();
      },
    }),
  });
  expect(await fleet.queue.waitForRun(await submit())).toMatchObject({ state: 'succeeded', outcomeUnknown: false });
});

test('the time counts from the first start, not anew at each takeover', async () => {
  const working = createGate();
  const options = {
    deadlines: { runMs: 2000 },
    handlers: testHandlers({
      parse: (job) => {
        working.open();
        return untilAborted(job.signal);
      },
    }),
  };
  const startMs = performance.now();
  const first = await fleet.consume(options);
  const runId = await submit();
  await working.opened;
  await sleep(1200);
  await first.close({ graceMs: 0 });
  await fleet.consume(options);
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'failed', error: { code: 'RUN_TIMEOUT' } });
  expect(performance.now() - startMs).toBeLessThan(3000);
});

test('a retry has the whole time again', async () => {
  let parses = 0;
  const parse = (job: { signal: AbortSignal }) => {
    parses += 1;
    return parses === 1 ? untilAborted(job.signal) : testHandlers().parse(job as never);
  };
  await fleet.consume({ deadlines: { runMs: 700 }, handlers: testHandlers({ parse }) });
  const runId = await submit();
  expect((await fleet.queue.waitForRun(runId)).state).toBe('failed');
  await sleep(300);
  await fleet.queue.retry(runId);
  expect((await fleet.queue.waitForRun(runId)).state).toBe('succeeded');
});

test('a run that does something else than a stage is ended by its signal', async () => {
  await fleet.consume({
    deadlines: { runMs: 200 },
    handlers: testHandlers({ run: (run) => untilAborted(run.signal) }),
  });
  expect(await fleet.queue.waitForRun(await submit())).toMatchObject({
    state: 'failed',
    error: { code: 'RUN_TIMEOUT' },
  });
});
