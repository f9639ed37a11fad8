import { setTimeout as sleep } from 'node:timers/promises';

import { HyperferryError, type Report } from '@hyperferry/schema';
import type { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { createLines } from '../lines/lines.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { type BoardQueues, openBoardQueues } from '../runs/board-queues.ts';
import {
  createGate,
  eventually,
  startTestFleet,
  testExtractResult,
  type TestFleet,
  testHandlers,
  testParseResult,
  testPublishResult,
  testRunHandler,
  testSubmission,
  untilAborted,
} from '../testing.ts';

let fleet: TestFleet;
let board: BoardQueues;
let redis: RedisClient;
let target = 0;
beforeAll(async () => {
  fleet = await startTestFleet();
  board = openBoardQueues(fleet.redis.connection);
  redis = fleet.redis.connection.open({ failFast: false, name: 'test' });
});
beforeEach(() => {
  target += 1;
});
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  redis?.disconnect();
  await board?.close();
  await fleet?.[Symbol.asyncDispose]();
});

const submit = async (more: Parameters<typeof testSubmission>[1] = {}): Promise<string> =>
  (await fleet.queue.submit(testSubmission(`fault ${target}`, more))).runId;
function queueNamed(name: string): Queue {
  const queue = board.queues.find((one) => one.name === name);
  if (!queue) throw new Error(name);
  return queue;
}

test('a failed run is a failed job on the board that says the code and the message', async () => {
  await fleet.consume({
    handlers: testHandlers({ parse: () => Promise.reject(new HyperferryError('SOURCE_EMPTY', 'file is empty')) }),
  });
  const runId = await submit();
  await fleet.queue.waitForRun(runId);
  await eventually(async () => (await queueNamed('runs').getJobState(`${runId}.1`)) === 'failed');
  const job = await queueNamed('runs').getJob(`${runId}.1`);
  expect(job?.failedReason).toBe('SOURCE_EMPTY: file is empty');
});

test('a report of a failure ends the run as failed and is kept', async () => {
  const run = async (active: Parameters<typeof testRunHandler>[0]): Promise<Report> => {
    const report = await testRunHandler(active);
    const error = { code: 'DISK_FULL', message: 'full', next: '', retryable: true, details: {} };
    return { ...report, outcome: 'failed', error };
  };
  await fleet.consume({ handlers: testHandlers({ run }) });
  const ended = await fleet.queue.waitForRun(await submit());
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' }, report: { outcome: 'failed' } });
});

test.each([
  ['runs', { anything: true }],
  ['runs', null],
  ['runs', { v: 1, runId: '../../etc', n: 1 }],
  ['publish', { v: 1, runId: 'x', n: 1, gen: 1, stage: 'parse', spec: {}, input: {} }],
  ['parse', { v: 99, runId: 'x' }],
])('poisoned data on %s fails that job alone: %j', async (name, data) => {
  await fleet.consume();
  const job = await queueNamed(name).add('poison', data, { attempts: 5 });
  const runId = await submit();
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
  await eventually(async () => (await job.getState()) === 'failed');
  const again = await queueNamed(name).getJob(job.id ?? '');
  expect(again?.failedReason).toMatch(/^(JOB_DATA_INVALID|SPEC_VERSION_UNKNOWN): /);
  expect(again?.attemptsMade).toBe(1);
});

test('Retry on the board is refused and does not touch the line', async () => {
  await fleet.consume({
    handlers: testHandlers({ publish: () => Promise.reject(new HyperferryError('SPEC_INVALID', 'no')) }),
  });
  const runId = await submit();
  await fleet.queue.waitForRun(runId);
  const job = await queueNamed('runs').getJob(`${runId}.1`);
  await eventually(async () => (await job?.getState()) === 'failed');
  await job?.retry();
  await eventually(async () => {
    const reason = (await queueNamed('runs').getJob(`${runId}.1`))?.failedReason ?? '';
    return reason.startsWith('RUN_RETRY_DIRECT');
  });
  expect((await fleet.queue.getRun(runId)).state).toBe('failed');
});

test('draining gives stages back at no cost of attempts, and another worker finishes the run', async () => {
  const working = createGate();
  const first = await fleet.consume({
    handlers: testHandlers({
      extract: (job) => {
        working.open();
        return untilAborted(job.signal);
      },
    }),
  });
  const runId = await submit();
  await working.opened;
  await first.close({ graceMs: 0 });
  expect((await fleet.queue.getRun(runId)).state).toBe('running');
  const attempts: number[] = [];
  await fleet.consume({
    handlers: testHandlers({
      extract: (job) => {
        attempts.push(job.attempt);
        return testHandlers().extract(job);
      },
    }),
  });
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
  expect(attempts).toEqual([1]);
});

test('a stage that ends within the grace period is not given back', async () => {
  const working = createGate();
  let parses = 0;
  const parse = async () => {
    parses += 1;
    working.open();
    await sleep(300);
    return testParseResult();
  };
  const first = await fleet.consume({ handlers: testHandlers({ parse }) });
  const runId = await submit();
  await working.opened;
  await first.close({ graceMs: 5000 });
  await fleet.consume({ handlers: testHandlers({ parse }) });
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
  expect(parses).toBe(1);
});

test('a head that lost its job gets another from the reconciler', async () => {
  const runId = await submit();
  await queueNamed('runs').remove(`${runId}.1`);
  await fleet.consume();
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
});

test('a live head whose job was ended by someone is appointed anew', async () => {
  const runId = await submit();
  await redis.zrem('{hf}:runs:prioritized', `${runId}.1`);
  await redis.zadd('{hf}:runs:failed', Date.now(), `${runId}.1`);
  await fleet.consume();
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
});

test('an expired permit is refused before the send, and the next attempt sends', async () => {
  const inherited: boolean[] = [];
  await fleet.consume({
    handlers: testHandlers({
      publish: async (job) => {
        inherited.push(job.inheritedIntent);
        const permit = await job.confirm();
        if (job.attempt === 1) await sleep(1100);
        permit.assertFresh();
        return testPublishResult();
      },
    }),
  });
  expect(await fleet.queue.waitForRun(await submit())).toMatchObject({ state: 'succeeded' });
  expect(inherited).toEqual([false, false]);
});

test('after an ambiguous failure the next attempt is told to look first', async () => {
  const inherited: boolean[] = [];
  await fleet.consume({
    handlers: testHandlers({
      publish: async (job) => {
        inherited.push(job.inheritedIntent);
        if (job.inheritedIntent) await job.settle();
        await job.confirm();
        if (job.attempt === 1) throw new HyperferryError('QUEUE_UNREACHABLE', 'cut after the commit was sent');
        return testPublishResult();
      },
    }),
  });
  expect(await fleet.queue.waitForRun(await submit())).toMatchObject({ state: 'succeeded' });
  expect(inherited).toEqual([false, true]);
});

test('a failure with an open intent holds the line; skip needs the word that the unknown is accepted', async () => {
  await fleet.consume({
    handlers: testHandlers({
      publish: async (job) => {
        await job.confirm();
        throw new HyperferryError('INTERNAL', 'cut');
      },
    }),
  });
  const runId = await submit({ onFailure: 'continue' });
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'held', outcomeUnknown: true });
  await expect(fleet.queue.skip(runId)).rejects.toMatchObject({ code: 'RUN_OUTCOME_UNKNOWN' });
  expect(await fleet.queue.skip(runId, { acceptUnknown: true })).toMatchObject({ state: 'failed' });
});

test('two executions of one publish: the older one gets RUN_STALE from confirm', async () => {
  const codes: string[] = [];
  const second = createGate();
  let executions = 0;
  const publish = async (job: Parameters<ReturnType<typeof testHandlers>['publish']>[0]) => {
    executions += 1;
    if (executions === 1) {
      // As if this worker had been frozen: its lease is gone and another has begun.
      await redis.del(`{hf}:publish:${job.runId}.1.publish:lock`);
      await second.opened;
      await job.confirm().catch((error: HyperferryError) => codes.push(error.code));
      throw new HyperferryError('INTERNAL', 'too late');
    }
    await job.confirm();
    second.open();
    await sleep(200);
    return testPublishResult();
  };
  await fleet.consume({ handlers: testHandlers({ publish }) });
  expect(await fleet.queue.waitForRun(await submit())).toMatchObject({ state: 'succeeded' });
  expect(codes).toEqual(['RUN_STALE']);
});

test('a stage that takes longer than its deadline fails with STAGE_TIMEOUT', async () => {
  await fleet.consume({
    deadlines: { parseMs: 50 },
    retries: { attempts: 1, backoffMs: 1 },
    handlers: testHandlers({ parse: (job) => untilAborted(job.signal) }),
  });
  const ended = await fleet.queue.waitForRun(await submit());
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'STAGE_TIMEOUT' } });
});

test('a limit for all workers together bounds a stage', async () => {
  let atOnce = 0;
  let most = 0;
  const parse = async () => {
    most = Math.max(most, (atOnce += 1));
    await sleep(30);
    atOnce -= 1;
    return testParseResult();
  };
  const options = { handlers: testHandlers({ parse }), globalConcurrency: { parse: 2 }, concurrency: { parse: 4 } };
  await fleet.consume(options);
  await fleet.consume(options);
  const ids = [];
  for (let index = 0; index < 8; index += 1) {
    ids.push((await fleet.queue.submit(testSubmission(`limited ${index}`))).runId);
  }
  await Promise.all(ids.map((runId) => fleet.queue.waitForRun(runId)));
  expect(most).toBe(2);
  await queueNamed('parse').removeGlobalConcurrency();
});

test('an execution that lost its job before it began takes no fence from the one that has the job', async () => {
  const working = createGate();
  const go = createGate();
  await fleet.consume({
    handlers: testHandlers({
      parse: async () => {
        working.open();
        await go.opened;
        return testParseResult();
      },
    }),
  });
  const runId = await submit();
  await working.opened;
  const lines = createLines(redis);
  const claim = { runId, gen: 1, stage: 'parse' } as const;
  const late = { key: `{hf}:parse:${runId}.1.parse:lock`, token: 'of a worker that was frozen' };
  expect((await lines.beginStage(claim, 'late', late)).status).toBe('stale');
  const lateRun = { key: `{hf}:runs:${runId}.1:lock`, token: 'of a worker that was frozen' };
  expect((await lines.start(runId, 1, 'late', lateRun)).status).toBe('stale');
  go.open();
  const ended = await fleet.queue.waitForRun(runId);
  expect(ended).toMatchObject({ state: 'succeeded' });
  expect(await queueNamed('parse').getJob(`${runId}.1.parse`)).toMatchObject({ attemptsStarted: 1 });
});

test('an execution whose fence was taken is no end of the stage: it is done again', async () => {
  let times = 0;
  await fleet.consume({
    handlers: testHandlers({
      extract: async (job) => {
        times += 1;
        if (times === 1) await createLines(redis).beginStage({ runId: job.runId, gen: 1, stage: 'extract' }, 'other');
        return testExtractResult();
      },
    }),
  });
  expect(await fleet.queue.waitForRun(await submit())).toMatchObject({ state: 'succeeded' });
  expect(times).toBe(2);
});
