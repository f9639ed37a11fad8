import { HyperferryError } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { announceWorker } from '../workers/announce-worker.ts';
import type { Resource } from '../workers/worker-record.ts';
import {
  createGate,
  startTestFleet,
  type TestFleet,
  testHandlers,
  testParseResult,
  testSubmission,
} from '../testing.ts';
import type { WaitReason } from './run-wait.ts';

let fleet: TestFleet;
let name = '';
let targets = 0;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  fleet = await startTestFleet();
});
beforeEach(() => {
  name = `target ${(targets += 1)}`;
});
afterEach(async () => {
  await fleet.queue.resume({ scope: 'all' });
  for (const thing of open.splice(0)) await thing.close();
  await fleet.stopConsumers();
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

async function submit(mode: 'append' | 'overwrite' = 'append'): Promise<string> {
  return (await fleet.queue.submit(testSubmission(name, { mode }))).runId;
}

/** The first thing that somebody who waits for a run is told. */
async function toldTo(runId: string): Promise<readonly WaitReason[]> {
  const found = new AbortController();
  let told: readonly WaitReason[] = [];
  const waiting = fleet.queue.waitForRun(runId, {
    signal: found.signal,
    onWait(reasons) {
      told = reasons;
      found.abort();
    },
  });
  await waiting.catch(() => {});
  return told;
}

async function announce(shortOf: Resource[] = []): Promise<void> {
  const announced = announceWorker({
    connection: fleet.redis.connection,
    intervalMs: 20,
    shortOf: () => shortOf,
    worker: {
      name: 'w',
      host: 'host',
      pid: 7,
      version: '0.1.0',
      specVersion: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
      concurrency: { runs: 100, parse: 1, extract: 1, publish: 4 },
    },
  });
  open.push(announced);
  await expect.poll(async () => (await fleet.queue.listWorkers()).length).toBe(1);
}

const refused = new HyperferryError('TABLEAU_DATASOURCE_EXISTS', 'refused');

test('a run without any worker waits for one', async () => {
  expect(await toldTo(await submit())).toEqual([{ kind: 'noWorker' }]);
});

test('a run whose target or queue is paused waits for somebody to resume it', async () => {
  await announce();
  const runId = await submit();
  const { server, target } = await fleet.queue.getRun(runId);
  await fleet.queue.pause({ scope: 'target', server, target });
  await fleet.queue.pause({ scope: 'queue', queue: 'runs' });
  expect(await toldTo(runId)).toEqual([
    { kind: 'targetPaused', project: 'Finance', name },
    { kind: 'queuePaused', queue: 'runs' },
  ]);
  await fleet.queue.resume({ scope: 'target', server, target });
});

test('a run behind others is told its place, and what the first one waits for', async () => {
  await announce(['disk']);
  await fleet.queue.pause({ scope: 'queue', queue: 'extract' });
  await fleet.consume();
  const first = await submit();
  await submit();
  const third = await submit();
  expect(await toldTo(first)).toEqual([
    { kind: 'queuePaused', queue: 'extract' },
    { kind: 'workersShort', stage: 'extract', of: ['disk'] },
  ]);
  expect(await toldTo(third)).toEqual([
    { kind: 'behind', runId: first, position: 2 },
    { kind: 'queuePaused', queue: 'extract' },
    { kind: 'workersShort', stage: 'extract', of: ['disk'] },
  ]);
});

test('a run behind a held one is told who must be released; its wait ends in time with RUN_HELD', async () => {
  await fleet.consume({ handlers: testHandlers({ publish: () => Promise.reject(refused) }) });
  const held = await submit();
  expect((await fleet.queue.waitForRun(held)).state).toBe('held');
  const behind = await submit();
  expect(await toldTo(behind)).toEqual([
    { kind: 'behind', runId: held, position: 1 },
    { kind: 'held', runId: held, outcomeUnknown: false },
  ]);
  await expect(fleet.queue.waitForRun(behind, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'RUN_HELD', exit: 7 });
});

test('the wait for a run that goes on too long ends, the run does not', async () => {
  await announce();
  const gate = createGate();
  await fleet.consume({ handlers: testHandlers({ parse: () => gate.opened.then(testParseResult) }) });
  const runId = await submit();
  const startedMs = performance.now();
  await expect(fleet.queue.waitForRun(runId, { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'RUN_WAIT_TIMEOUT',
    details: { reasons: [] },
  });
  expect(performance.now() - startedMs).toBeLessThan(1000);
  gate.open();
  expect((await fleet.queue.waitForRun(runId, { timeoutMs: 60_000 })).state).toBe('succeeded');
});
