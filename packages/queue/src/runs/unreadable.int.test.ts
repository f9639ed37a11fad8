import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { lineKeyOf } from '../lines/line-key.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { startTestFleet, type TestFleet, testSubmission } from '../testing.ts';

/** Records that another program, or another version of this one, has put straight into Redis. */
let fleet: TestFleet;
let redis: RedisClient;
beforeAll(async () => {
  fleet = await startTestFleet();
  redis = fleet.redis.connection.open({ failFast: false, name: 'test' });
});
beforeEach(() => redis.flushall());
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  redis?.disconnect();
  await fleet?.[Symbol.asyncDispose]();
});

type Poison = (runId: string) => Promise<unknown>;
const poisons: [string, Poison][] = [
  ['a target that is no JSON', (runId) => redis.hset(`{hf}:run:${runId}`, 'target', '{')],
  ['a target of a newer version', (runId) => redis.hset(`{hf}:run:${runId}`, 'target', '{"workbook":"W"}')],
  ['no spec', (runId) => redis.hdel(`{hf}:run:${runId}`, 'spec')],
  ['a newer data version', (runId) => redis.hset(`{hf}:run:${runId}`, 'v', '99')],
  ['a state that is none', (runId) => redis.hset(`{hf}:run:${runId}`, 'state', 'resting')],
  [
    'a record that is a text',
    (runId) => redis.del(`{hf}:run:${runId}`).then(() => redis.set(`{hf}:run:${runId}`, 'x')),
  ],
  ['a number that is none', (runId) => redis.hset(`{hf}:run:${runId}`, 'n', 'x')],
];

/** Two targets, one with a poisoned run at its head that has lost its job. */
async function poisoned(poison: Poison): Promise<{ bad: string; good: string }> {
  const { runId: bad } = await fleet.queue.submit(testSubmission('Poisoned', { mode: 'append' }));
  const { runId: good } = await fleet.queue.submit(testSubmission('Good'));
  await poison(bad);
  for (const runId of [bad, good]) {
    await redis.del(`{hf}:runs:${runId}.1`);
    await redis.zrem('{hf}:runs:prioritized', `${runId}.1`);
  }
  return { bad, good };
}

test.each(poisons)('%s: other lines get their jobs, lists still work', async (_, poison) => {
  const { bad, good } = await poisoned(poison);
  const before = await fleet.queue.listRuns();
  expect(before.runs.map(({ runId }) => runId)).toContain(good);
  expect((await fleet.queue.listLines()).some(({ runs }) => runs[0]?.runId === good)).toBe(true);
  expect(await fleet.queue.oldestWaiting()).toBeDefined();
  await fleet.consume();
  expect((await fleet.queue.waitForRun(good, { signal: AbortSignal.timeout(5000) })).state).toBe('succeeded');
  const { runs } = await fleet.queue.listRuns();
  expect(runs.map(({ runId }) => runId)).toContain(good);
  await fleet.queue.listLines();
  await fleet.queue.getRun(bad).catch((error: unknown) => expect(error).toMatchObject({ code: 'RUN_UNKNOWN' }));
});

test.each(poisons.slice(0, 4))('%s: the run is held with the reason, and can be skipped', async (name, poison) => {
  const { bad } = await poisoned(poison);
  await fleet.consume();
  const run = await fleet.queue.waitForRun(bad, { signal: AbortSignal.timeout(5000) });
  const code = name === 'a newer data version' ? 'SPEC_VERSION_UNKNOWN' : 'RUN_UNREADABLE';
  expect(run).toMatchObject({ state: 'held', error: { code } });
  expect((await fleet.queue.listLines())[0]).toMatchObject({ state: 'held', runs: [{ runId: bad }] });
  expect(await fleet.queue.skip(bad)).toMatchObject({ state: 'failed' });
});

const fields = 'v line mode gen n first seq priority onFailure target server spec submittedAt bodyHash state'.split(
  ' ',
);
const spoilt = fields.flatMap((field) => [[field, 'missing'] as const, [field, 'wrong'] as const]);

async function spoil(runId: string, field: string, how: 'missing' | 'wrong'): Promise<void> {
  const key = `{hf}:run:${runId}`;
  if (how === 'missing') await redis.hdel(key, field);
  else await redis.hset(key, field, 'nan');
}

test.each(spoilt)('%s %s: the run can be cancelled, and its line goes on', async (field, how) => {
  const { runId: bad } = await fleet.queue.submit(testSubmission('Poisoned', { mode: 'append' }));
  const { runId: next } = await fleet.queue.submit(testSubmission('Poisoned', { mode: 'append' }));
  await spoil(bad, field, how);
  expect(await fleet.queue.cancel(bad)).toMatchObject({ state: 'cancelled', changed: true });
  expect((await fleet.queue.listRuns()).runs.map(({ runId, state }) => [runId, state])).toContainEqual([
    bad,
    'cancelled',
  ]);
  expect((await fleet.queue.listRuns({ states: ['waiting'] })).runs.map(({ runId }) => runId)).toEqual([next]);
  await fleet.consume();
  expect((await fleet.queue.waitForRun(next, { signal: AbortSignal.timeout(5000) })).state).toBe('succeeded');
});

// The others are not read by whoever executes a run, or keep it from being executed at all.
const read = spoilt.filter(([field]) => !['state', 'n', 'line', 'seq', 'bodyHash', 'mode'].includes(field));
test.each(read)('%s %s: the run ends with the reason, and every verb has an answer', async (field, how) => {
  const { runId: bad } = await fleet.queue.submit(testSubmission('Poisoned', { mode: 'append' }));
  await spoil(bad, field, how);
  await fleet.consume();
  const { error } = await fleet.queue.waitForRun(bad, { signal: AbortSignal.timeout(5000) });
  expect(error?.code).toBe('RUN_UNREADABLE');
  await fleet.stopConsumers();
  for (const verb of ['release', 'retry', 'skip'] as const) {
    await fleet.queue[verb](bad).catch((thrown: unknown) =>
      expect(thrown).toMatchObject({ code: 'RUN_STATE_INVALID' }),
    );
  }
  expect((await fleet.queue.cancel(bad)).state).toMatch(/cancelled|failed/);
});

test('a line whose order is no list holds no other up', async () => {
  const { good } = await poisoned(() => Promise.resolve());
  const submission = testSubmission('Spoilt');
  await fleet.queue.submit(submission);
  const key = `{hf}:line:${lineKeyOf(submission.server, submission.target)}:q`;
  await redis.del(key);
  await redis.set(key, 'x');
  expect((await fleet.queue.listLines()).map(({ target }) => target.name)).not.toContain('Spoilt');
  await fleet.consume();
  expect((await fleet.queue.waitForRun(good, { signal: AbortSignal.timeout(5000) })).state).toBe('succeeded');
});

test('strange entries among the paused targets are listed, and go with all others', async () => {
  await redis.sadd('{hf}:paused', 'spoilt', 'text', 'gone');
  await redis.hset('{hf}:line:spoilt', { paused: '1', target: '{' });
  await redis.set('{hf}:line:text', 'x');
  await fleet.queue.pause({ scope: 'target', ...testSubmission('Good') });
  const { targets } = await fleet.queue.pauses();
  expect(targets.map(({ project, name }) => `${project}/${name}`).sort()).toEqual([
    '(unreadable)/spoilt',
    '(unreadable)/text',
    'Finance/Good',
  ]);
  await fleet.queue.resume({ scope: 'targets' });
  expect(await fleet.queue.pauses()).toEqual({ queues: [], targets: [] });
  expect(await redis.smembers('{hf}:paused')).toEqual([]);
});
