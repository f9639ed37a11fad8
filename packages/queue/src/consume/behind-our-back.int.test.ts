import { HyperferryError } from '@hyperferry/schema';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { type BoardQueues, openBoardQueues } from '../runs/board-queues.ts';
import {
  createGate,
  eventually,
  startTestFleet,
  type TestFleet,
  testExtractResult,
  testHandlers,
  testParseResult,
  testPublishResult,
  testSubmission,
} from '../testing.ts';

/** What a board with write access may do to stage jobs, and what a process does that can't renew its leases. */
let fleet: TestFleet;
let board: BoardQueues;
let target = 0;
beforeAll(async () => {
  fleet = await startTestFleet();
  board = openBoardQueues(fleet.redis.connection);
});
beforeEach(() => {
  target += 1;
});
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  await board?.close();
  await fleet?.[Symbol.asyncDispose]();
});

const submit = async (more: Parameters<typeof testSubmission>[1] = {}): Promise<string> =>
  (await fleet.queue.submit(testSubmission(`back ${target}`, more))).runId;

async function stageJob(runId: string, stage: string): Promise<Job> {
  const job = await board.queues.find(({ name }) => name === stage)?.getJob(`${runId}.1.${stage}`);
  if (!job) throw new Error(`no job of ${stage}`);
  return job;
}

test.each(['append', 'createOrOverwrite'] as const)(
  'Retry of a failed publish on the board sends nothing: %s',
  async (mode) => {
    let publishes = 0;
    const publish = () => {
      publishes += 1;
      return Promise.reject(new HyperferryError('TABLEAU_PERMISSION_DENIED', 'no'));
    };
    await fleet.consume({ handlers: testHandlers({ publish }) });
    const runId = await submit({ mode });
    const { state } = await fleet.queue.waitForRun(runId);
    expect(state).toBe(mode === 'append' ? 'held' : 'failed');
    const job = await stageJob(runId, 'publish');
    await eventually(async () => (await job.getState()) === 'failed');
    await job.retry();
    await eventually(async () =>
      ((await stageJob(runId, 'publish')).failedReason ?? '').startsWith('RUN_RETRY_DIRECT'),
    );
    expect({ publishes, state: (await fleet.queue.getRun(runId)).state }).toEqual({ publishes: 1, state });
  },
);

test('Retry of a finished publish on the board sends nothing', async () => {
  let publishes = 0;
  const publish = async (job: Parameters<ReturnType<typeof testHandlers>['publish']>[0]) => {
    publishes += 1;
    await job.confirm();
    return testPublishResult();
  };
  await fleet.consume({ handlers: testHandlers({ publish }) });
  const runId = await submit({ mode: 'append' });
  await fleet.queue.waitForRun(runId);
  const job = await stageJob(runId, 'publish');
  await eventually(async () => (await job.getState()) === 'completed');
  await job.retry('completed');
  await eventually(async () => (await (await stageJob(runId, 'publish')).getState()) === 'failed');
  expect({ publishes, state: (await fleet.queue.getRun(runId)).state }).toEqual({ publishes: 1, state: 'succeeded' });
});

test('Retry of a finished stage while its run goes on does it not again', async () => {
  let parses = 0;
  const working = createGate();
  const go = createGate();
  await fleet.consume({
    handlers: testHandlers({
      parse: () => {
        parses += 1;
        return Promise.resolve(testParseResult());
      },
      extract: async () => {
        working.open();
        await go.opened;
        return testExtractResult();
      },
    }),
  });
  const runId = await submit();
  await working.opened;
  const job = await stageJob(runId, 'parse');
  await eventually(async () => (await job.getState()) === 'completed');
  await job.retry('completed');
  await eventually(async () => (await (await stageJob(runId, 'parse')).getState()) === 'completed');
  go.open();
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
  expect(parses).toBe(1);
});

test('a process that is busy for longer than its leases last publishes once', async () => {
  let extracts = 0;
  let publishes = 0;
  const lease = { lockMs: 1000, stalledCheckMs: 300 };
  const extract = () => {
    extracts += 1;
    if (extracts === 1) for (const startMs = performance.now(); performance.now() - startMs < 2500;);
    return Promise.resolve(testExtractResult());
  };
  const publish = async (job: Parameters<ReturnType<typeof testHandlers>['publish']>[0]) => {
    (await job.confirm()).assertFresh();
    publishes += 1;
    return testPublishResult();
  };
  const handlers = testHandlers({ extract, publish });
  await fleet.consume({ workerName: 'a', lease, handlers });
  await fleet.consume({ workerName: 'b', lease, handlers });
  const runs = await Promise.all([submit({ mode: 'append' }), submit({ mode: 'append' })]);
  for (const runId of runs) expect((await fleet.queue.waitForRun(runId)).state).toBe('succeeded');
  expect(publishes).toBe(2);
});
