import { setTimeout as sleep } from 'node:timers/promises';

import { HyperferryError, type RunProgress } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { startTestFleet, type TestFleet, testHandlers, testPublishResult, testSubmission } from '../testing.ts';

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await startTestFleet();
});
afterEach(() => fleet.stopConsumers());
afterAll(() => fleet?.[Symbol.asyncDispose]());

test('a run goes through its three stages and ends with a report', async () => {
  await fleet.consume();
  const { runId, state, position } = await fleet.queue.submit(testSubmission('thin'));
  const run = await fleet.queue.waitForRun(runId);
  expect({ state, position }).toEqual({ state: 'waiting', position: 0 });
  expect(run).toMatchObject({ state: 'succeeded', report: { outcome: 'succeeded', rows: { loaded: 1 } } });
});

test('progress of the stages reaches the one who waits', async () => {
  await fleet.consume({
    handlers: testHandlers({
      publish: async (job) => {
        job.emit({ state: 'running', bytes: 5, totalBytes: 10 });
        await sleep(200);
        return testPublishResult();
      },
    }),
  });
  const seen: RunProgress[] = [];
  const { runId } = await fleet.queue.submit(testSubmission('progress'));
  await fleet.queue.waitForRun(runId, { onProgress: (progress) => seen.push(progress) });
  const running = { stage: 'publish', state: 'running', bytes: 5, totalBytes: 10 };
  expect(seen).toContainEqual(expect.objectContaining(running));
  expect(seen.at(-1)).toMatchObject({ stage: 'publish', state: 'done', bytes: 5, totalBytes: 10 });
  for (const { elapsedMs } of seen) expect(elapsedMs).toBeGreaterThanOrEqual(0);
});

test('runs of one target never overlap and keep their order', async () => {
  const order: string[] = [];
  let publishing = 0;
  await fleet.consume({
    handlers: testHandlers({
      publish: async (job) => {
        publishing += 1;
        expect(publishing).toBe(1);
        await sleep(5);
        order.push(job.runId);
        publishing -= 1;
        return testPublishResult();
      },
    }),
  });
  const ids: string[] = [];
  for (let index = 0; index < 10; index += 1) {
    ids.push((await fleet.queue.submit(testSubmission('order', { mode: 'append' }))).runId);
  }
  for (const id of ids) await fleet.queue.waitForRun(id);
  expect(order).toEqual(ids);
});

test('an error that may pass is tried again, up to the limit', async () => {
  let attempts = 0;
  await fleet.consume({
    handlers: testHandlers({
      parse: () => {
        attempts += 1;
        return Promise.reject(new HyperferryError('QUEUE_UNREACHABLE', 'away'));
      },
    }),
  });
  const { runId } = await fleet.queue.submit(testSubmission('retry'));
  const run = await fleet.queue.waitForRun(runId);
  expect(run).toMatchObject({ state: 'failed', error: { code: 'QUEUE_UNREACHABLE' } });
  expect(attempts).toBe(3);
});

test('an error for good fails the run at once, with its details', async () => {
  let attempts = 0;
  await fleet.consume({
    handlers: testHandlers({
      extract: () => {
        attempts += 1;
        return Promise.reject(new HyperferryError('CSV_ROW_RAGGED', 'row 3 is short', { details: { row: 3 } }));
      },
    }),
  });
  const { runId } = await fleet.queue.submit(testSubmission('final'));
  const run = await fleet.queue.waitForRun(runId);
  expect(run).toMatchObject({ state: 'failed', error: { code: 'CSV_ROW_RAGGED', details: { row: 3 } } });
  expect(attempts).toBe(1);
});

test('the same key and body is the same run; another body is a conflict', async () => {
  const submission = testSubmission('key', { runId: 'monday' });
  await fleet.queue.submit(submission);
  expect(await fleet.queue.submit(submission)).toMatchObject({ runId: 'monday', position: 0 });
  await expect(fleet.queue.submit({ ...submission, priority: 7 })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
});

test('an unknown run has the code RUN_UNKNOWN', async () => {
  await expect(fleet.queue.getRun('nobody')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
});
