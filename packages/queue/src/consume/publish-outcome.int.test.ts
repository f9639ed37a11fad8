import { HyperferryError } from '@hyperferry/schema';
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

/** What a run is told about the publishes before it: its own, and those of others. */
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

type PublishJob = Parameters<ReturnType<typeof testHandlers>['publish']>[0];
const append = async (): Promise<string> =>
  (await fleet.queue.submit(testSubmission(`outcome ${target}`, { mode: 'append' }))).runId;
const unanswered = new HyperferryError('INTERNAL', 'no answer');

/** Consumers whose publish is the first function for the first execution, the second one for all others. */
async function consumeInTurn(
  ...publishes: [(job: PublishJob) => Promise<never>, (job: PublishJob) => Promise<unknown>]
) {
  let executions = 0;
  const publish = async (job: PublishJob) => {
    executions += 1;
    await publishes[executions === 1 ? 0 : 1](job);
    return testPublishResult();
  };
  await fleet.consume({ handlers: testHandlers({ publish }) });
}

test.each(['retry', 'release'] as const)('a note of a publish without a permit is gone after %s', async (verb) => {
  const noted = createGate();
  const notes: unknown[] = [];
  await consumeInTurn(
    async (job) => {
      await job.note.write('about to send');
      noted.open();
      if (verb === 'release') throw new HyperferryError('TABLEAU_PERMISSION_DENIED', 'no');
      return untilAborted(job.signal);
    },
    async (job) => notes.push(await job.note.read()),
  );
  const runId = await append();
  await noted.opened;
  if (verb === 'retry') await fleet.queue.cancel(runId);
  expect((await fleet.queue.waitForRun(runId)).state).toBe(verb === 'retry' ? 'cancelled' : 'held');
  await fleet.queue[verb](runId);
  expect((await fleet.queue.waitForRun(runId)).state).toBe('succeeded');
  expect(notes).toEqual([undefined]);
});

test.each([true, false])(
  'a skipped run that is retried is told whether others have published since: %s',
  async (others) => {
    const told: unknown[] = [];
    await consumeInTurn(
      async (job) => {
        await job.note.write('about to send');
        await job.confirm();
        throw unanswered;
      },
      async (job) => {
        const { inheritedIntent, publishedSince } = job;
        const note = await job.note.read();
        told.push({ inheritedIntent, publishedSince, note: note?.text });
        if (note !== undefined) expect(note.ageMs).toBeLessThan(60_000);
        if (inheritedIntent) await job.settle();
        await job.confirm();
      },
    );
    const runId = await append();
    await fleet.queue.waitForRun(runId);
    await fleet.queue.skip(runId, { acceptUnknown: true });
    if (others) await fleet.queue.waitForRun(await append());
    await fleet.queue.retry(runId);
    expect((await fleet.queue.waitForRun(runId)).state).toBe('succeeded');
    expect(told.at(-1)).toEqual({ inheritedIntent: true, publishedSince: others, note: 'about to send' });
  },
);

test('a doubt about an earlier request outlives a permit that expired', async () => {
  let executions = 0;
  const publish = async (job: PublishJob): Promise<never> => {
    executions += 1;
    const permit = await job.confirm();
    if (executions === 1) throw new HyperferryError('QUEUE_UNREACHABLE', 'cut after it was sent');
    if (executions === 2) await new Promise((resolve) => setTimeout(resolve, 1100));
    permit.assertFresh();
    throw new HyperferryError('TABLEAU_PERMISSION_DENIED', 'no');
  };
  await fleet.consume({ handlers: testHandlers({ publish }) });
  const { runId } = await fleet.queue.submit(testSubmission(`outcome ${target}`));
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'held', outcomeUnknown: true });
});
