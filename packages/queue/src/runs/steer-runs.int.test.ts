import { HyperferryError } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import {
  createGate,
  eventually,
  startTestFleet,
  type TestFleet,
  testHandlers,
  testParseResult,
  testPublishResult,
  testSubmission,
  untilAborted,
} from '../testing.ts';
import type { StageJob } from '../consume/stage-job.ts';
import type { RunState } from '../lines/run-record.ts';

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

type Mode = 'create' | 'overwrite' | 'createOrOverwrite' | 'append' | 'replace';
async function submit(mode: Mode = 'createOrOverwrite', more: object = {}): Promise<string> {
  return (await fleet.queue.submit(testSubmission(`target ${target}`, { mode, ...more }))).runId;
}
async function stateOf(runId: string): Promise<RunState> {
  return (await fleet.queue.getRun(runId)).state;
}
async function ended(runId: string): Promise<RunState> {
  return (await fleet.queue.waitForRun(runId)).state;
}
const refused = new HyperferryError('TABLEAU_DATASOURCE_EXISTS', 'refused');
const failing = testHandlers({ publish: () => Promise.reject(refused) });

test('a whole-table run supersedes waiting whole-table runs and names itself in them', async () => {
  const old = await submit();
  const { runId, superseded } = await fleet.queue.submit(testSubmission(`target ${target}`));
  expect(superseded).toEqual([old]);
  expect(await fleet.queue.getRun(old)).toMatchObject({ state: 'superseded', supersededBy: runId });
  expect(await fleet.queue.getRun(runId)).toMatchObject({ supersedes: [old] });
  await fleet.consume();
  expect(await ended(runId)).toBe('succeeded');
});

test('an append is a barrier: never superseded, never overtaken', async () => {
  const monday = await submit('append');
  const tuesday = await submit('createOrOverwrite');
  const wednesday = await submit('append');
  expect(await Promise.all([monday, tuesday, wednesday].map(stateOf))).toEqual(['waiting', 'waiting', 'waiting']);
});

test('overwrite does not supersede create, which its target may need', async () => {
  const create = await submit('create');
  await submit('overwrite');
  expect(await stateOf(create)).toBe('waiting');
});

test('a failed append holds its line; release lets it go on at its place', async () => {
  await fleet.consume({ handlers: failing });
  const first = await submit('append');
  const second = await submit('append');
  expect(await ended(first)).toBe('held');
  expect(await stateOf(second)).toBe('waiting');
  await fleet.stopConsumers();
  await fleet.consume();
  expect(await fleet.queue.release(first)).toMatchObject({ state: 'waiting', changed: true });
  expect(await ended(second)).toBe('succeeded');
  expect(await stateOf(first)).toBe('succeeded');
});

test('skip ends a held run as failed and the line goes on', async () => {
  await fleet.consume({ handlers: failing });
  const first = await submit('append');
  await ended(first);
  await fleet.stopConsumers();
  const second = await submit('append');
  await fleet.queue.skip(first);
  await fleet.consume();
  expect(await ended(second)).toBe('succeeded');
  expect(await stateOf(first)).toBe('failed');
});

test('a held run is healed by an overwrite right behind it', async () => {
  await fleet.consume({ handlers: failing });
  const broken = await submit('append');
  await ended(broken);
  await fleet.stopConsumers();
  const healer = await submit('createOrOverwrite');
  expect(await fleet.queue.getRun(broken)).toMatchObject({ state: 'failed', healedBy: healer });
  await fleet.consume();
  expect(await ended(healer)).toBe('succeeded');
});

test('retry resumes at the failed stage', async () => {
  let parsed = 0;
  const parse = () => {
    parsed += 1;
    return Promise.resolve(testParseResult());
  };
  await fleet.consume({ handlers: { ...failing, parse } });
  const runId = await submit();
  expect(await ended(runId)).toBe('failed');
  await fleet.stopConsumers();
  await fleet.consume({ handlers: testHandlers({ parse }) });
  expect(await fleet.queue.retry(runId)).toMatchObject({ changed: true });
  expect(await ended(runId)).toBe('succeeded');
  expect(parsed).toBe(1);
});

test('retry of a live run changes nothing, so Retry twice is safe', async () => {
  const runId = await submit();
  expect(await fleet.queue.retry(runId)).toEqual({ runId, state: 'waiting', changed: false });
  await fleet.queue.cancel(runId);
});

test('retry is refused as outdated once a newer run has succeeded, unless forced', async () => {
  await fleet.consume({ handlers: failing });
  const monday = await submit();
  await ended(monday);
  await fleet.stopConsumers();
  await fleet.consume();
  await ended(await submit());
  await expect(fleet.queue.retry(monday)).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
  await fleet.queue.retry(monday, { force: true });
  expect(await ended(monday)).toBe('succeeded');
});

test('retry of a whole table is refused once a newer run has added rows, unless forced', async () => {
  await fleet.consume({ handlers: failing });
  const monday = await submit('overwrite');
  await ended(monday);
  await fleet.stopConsumers();
  const tuesday = await submit('append');
  const waiting = { code: 'RUN_OUTDATED', message: expect.stringContaining(`${tuesday} is newer`) as string };
  await expect(fleet.queue.retry(monday)).rejects.toMatchObject(waiting);
  await fleet.consume();
  expect(await ended(tuesday)).toBe('succeeded');
  const undoing = { code: 'RUN_OUTDATED', message: expect.stringContaining('rows of a newer run') as string };
  await expect(fleet.queue.retry(monday)).rejects.toMatchObject(undoing);
  await fleet.queue.retry(monday, { force: true });
  expect(await ended(monday)).toBe('succeeded');
});

test('retry of a whole table is refused once a newer append was given up that may have published', async () => {
  await fleet.consume({ handlers: failing });
  const monday = await submit('overwrite');
  await ended(monday);
  await fleet.stopConsumers();
  const publish = async (job: StageJob<'publish'>) => {
    await job.confirm();
    throw new HyperferryError('TABLEAU_DATASOURCE_EXISTS', 'no answer');
  };
  await fleet.consume({ handlers: testHandlers({ publish }) });
  const tuesday = await submit('append');
  expect(await ended(tuesday)).toBe('held');
  await fleet.queue.skip(tuesday, { acceptUnknown: true });
  await expect(fleet.queue.retry(monday)).rejects.toMatchObject({ code: 'RUN_OUTDATED' });
});

test('retry of an append is not refused after a newer append', async () => {
  await fleet.consume({ handlers: failing });
  const monday = await submit('append', { onFailure: 'continue' });
  await ended(monday);
  await fleet.stopConsumers();
  await fleet.consume();
  expect(await ended(await submit('append'))).toBe('succeeded');
  expect(await fleet.queue.retry(monday)).toMatchObject({ changed: true });
});

test('cancel of a waiting run ends it at once, and the line goes on', async () => {
  const first = await submit('append');
  const second = await submit('append');
  expect(await fleet.queue.cancel(first)).toMatchObject({ state: 'cancelled', changed: true });
  await fleet.consume();
  expect(await ended(second)).toBe('succeeded');
  expect(await fleet.queue.cancel(first)).toMatchObject({ state: 'cancelled', changed: false });
});

test('cancel reaches the working stage within two seconds', async () => {
  const working = createGate();
  await fleet.consume({
    handlers: testHandlers({
      extract: (job) => {
        working.open();
        return untilAborted(job.signal);
      },
    }),
  });
  const runId = await submit();
  await working.opened;
  const startMs = performance.now();
  await fleet.queue.cancel(runId);
  expect(await fleet.queue.waitForRun(runId)).toMatchObject({ state: 'cancelled', error: { code: 'RUN_CANCELLED' } });
  expect(performance.now() - startMs).toBeLessThan(2000);
});

test('cancel ends a run whose stage nobody has taken yet', async () => {
  await fleet.consume({ concurrency: { parse: 0 } });
  const runId = await submit();
  await eventually(async () => (await stateOf(runId)) === 'running');
  await fleet.queue.cancel(runId);
  expect(await ended(runId)).toBe('cancelled');
});

test('a paused target does not start; resume lets it go on', async () => {
  const { target: paused, server } = testSubmission(`target ${target}`);
  await fleet.queue.pause({ scope: 'target', server, target: paused });
  await fleet.consume();
  const runId = await submit();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await stateOf(runId)).toBe('waiting');
  expect(await fleet.queue.pauses()).toMatchObject({ targets: [{ name: `target ${target}` }] });
  await fleet.queue.resume({ scope: 'target', server, target: paused });
  expect(await ended(runId)).toBe('succeeded');
});

test('a head that was appointed before its line was paused starts after resume', async () => {
  const runId = await submit();
  const { target: paused, server } = testSubmission(`target ${target}`);
  await fleet.queue.pause({ scope: 'target', server, target: paused });
  await fleet.consume();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await stateOf(runId)).toBe('waiting');
  await fleet.queue.resume({ scope: 'target', server, target: paused });
  expect(await ended(runId)).toBe('succeeded');
});

test('a target that is paused while its head runs lets that one end, and begins no other', async () => {
  const working = createGate();
  const go = createGate();
  const parse = async () => {
    working.open();
    await go.opened;
    return testParseResult();
  };
  await fleet.consume({ handlers: testHandlers({ parse }) });
  const first = await submit('append');
  const second = await submit('append');
  await working.opened;
  const { target: paused, server } = testSubmission(`target ${target}`);
  await fleet.queue.pause({ scope: 'target', server, target: paused });
  go.open();
  expect(await ended(first)).toBe('succeeded');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await stateOf(second)).toBe('waiting');
  await fleet.queue.resume({ scope: 'target', server, target: paused });
  expect(await ended(second)).toBe('succeeded');
});

test('a running head of a paused target is taken over when its worker goes', async () => {
  const working = createGate();
  const first = await fleet.consume({
    handlers: testHandlers({
      parse: (job) => {
        working.open();
        return untilAborted(job.signal);
      },
    }),
  });
  const runId = await submit('append');
  await working.opened;
  const { target: paused, server } = testSubmission(`target ${target}`);
  await fleet.queue.pause({ scope: 'target', server, target: paused });
  await first.close({ graceMs: 0 });
  await fleet.consume();
  expect(await ended(runId)).toBe('succeeded');
  await fleet.queue.resume({ scope: 'target', server, target: paused });
});

test('all queues are resumed without the targets that were paused by themselves, and these at once', async () => {
  const targets = [testSubmission(`target ${target} a`), testSubmission(`target ${target} b`)];
  for (const { target: paused, server } of targets) {
    await fleet.queue.pause({ scope: 'target', server, target: paused });
  }
  await fleet.queue.pause({ scope: 'all' });
  await fleet.queue.pause({ scope: 'queue', queue: 'publish' });
  const waiting = await Promise.all(targets.map(async (submission) => (await fleet.queue.submit(submission)).runId));
  await fleet.consume();
  await fleet.queue.resume({ scope: 'all' });
  expect(await fleet.queue.pauses()).toMatchObject({ queues: [], targets: [{}, {}] });
  expect(await ended(await submit())).toBe('succeeded');
  expect(await Promise.all(waiting.map(stateOf))).toEqual(['waiting', 'waiting']);
  await fleet.queue.resume({ scope: 'targets' });
  expect(await fleet.queue.pauses()).toEqual({ queues: [], targets: [] });
  expect(await Promise.all(waiting.map(ended))).toEqual(['succeeded', 'succeeded']);
});

test('a paused stage queue holds all runs before that stage', async () => {
  await fleet.queue.pause({ scope: 'queue', queue: 'publish' });
  await fleet.consume();
  const runId = await submit();
  await eventually(async () => (await fleet.queue.getRun(runId)).progress?.stage === 'extract');
  expect(await stateOf(runId)).toBe('running');
  await fleet.queue.resume({ scope: 'queue', queue: 'publish' });
  expect(await ended(runId)).toBe('succeeded');
});

test('among targets the lower priority number runs first', async () => {
  const order: string[] = [];
  const ids = [];
  for (const priority of [300, 5, 100]) {
    const submission = testSubmission(`priority ${priority}`, { priority });
    ids.push((await fleet.queue.submit(submission)).runId);
  }
  const publish = (job: { runId: string }) => {
    order.push(job.runId);
    return Promise.resolve(testPublishResult());
  };
  await fleet.consume({ concurrency: { runs: 1 }, handlers: testHandlers({ publish }) });
  await Promise.all(ids.map(ended));
  expect(order).toEqual([ids[1], ids[2], ids[0]]);
});

test('an urgent run behind a waiting one moves its whole line forward', async () => {
  const slow = await submit('append', { priority: 500 });
  const other = (await fleet.queue.submit(testSubmission('other line', { priority: 100 }))).runId;
  const urgent = await submit('append', { priority: 1 });
  const order: string[] = [];
  const publish = (job: { runId: string }) => {
    order.push(job.runId);
    return Promise.resolve(testPublishResult());
  };
  await fleet.consume({ concurrency: { runs: 1 }, handlers: testHandlers({ publish }) });
  await Promise.all([slow, other, urgent].map(ended));
  expect(order).toEqual([slow, urgent, other]);
});

test('runs are listed newest first, by state and text, page by page', async () => {
  const ids = [];
  for (let index = 0; index < 5; index += 1) {
    ids.push((await fleet.queue.submit(testSubmission(`Listed ${index}`))).runId);
  }
  const first = await fleet.queue.listRuns({ states: ['waiting'], text: 'listed', limit: 3 });
  const second = await fleet.queue.listRuns({
    states: ['waiting'],
    text: 'listed',
    limit: 3,
    cursor: first.cursor ?? '',
  });
  expect([...first.runs, ...second.runs].map((run) => run.runId)).toEqual(ids.reverse());
  expect(await fleet.queue.countRuns()).toMatchObject({ waiting: 5 });
});
