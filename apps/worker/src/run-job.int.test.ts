import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type ArtifactStore, openStore } from '@hyperferry/artifacts';
import type { ConsumerHandlers, StartConsumersOptions } from '@hyperferry/queue';
import { startTestFleet, type TestFleet, testHandlers, testSubmission, untilAborted } from '@hyperferry/queue/testing';
import { HyperferryError, type Report, silentLogger } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import { runJob } from './run-job.ts';
import { extractStage } from './stages/extract-stage.ts';
import { parseStage } from './stages/parse-stage.ts';
import type { StageServices } from './stages/stage-services.ts';

/** Runs through a real queue and a real store; the stages end before they need an engine. */
let fleet: TestFleet;
let dir: string;
let artifacts: ArtifactStore;
let services: StageServices;
beforeAll(async () => {
  fleet = await startTestFleet();
  dir = await mkdtemp(join(tmpdir(), 'hf-run-job-'));
  artifacts = await openStore(join(dir, 'artifacts'));
  const none = () => Promise.reject(new Error('not reached'));
  services = {
    artifacts,
    logger: silentLogger,
    engine: { connect: none },
    tableau: none,
    lookForMs: 0,
    sourceRoots: [],
    scratchRoot: join(dir, 'scratch'),
  };
});
afterEach(() => fleet.stopConsumers());
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function consume(handlers: Partial<ConsumerHandlers> = {}, more: Partial<StartConsumersOptions> = {}) {
  const run: ConsumerHandlers['run'] = (active) =>
    runJob(active, { artifacts, logger: silentLogger, abandonedAfterMs: 1000, removesFiles: true });
  await fleet.consume({ ...more, handlers: testHandlers({ run, ...handlers }) });
}

/** Submits a file through the store; `spoil` may change what is in the store before. */
async function submit(runId: string, spoil: (key: 'spec' | 'source') => Promise<void> | undefined = () => undefined) {
  const path = join(dir, `${runId}.csv`);
  await writeFile(path, 'a,b\n1,2\n');
  const artifact = await artifacts.putFile(`runs/${runId}/source/data.csv`, path);
  const submission = testSubmission(runId);
  const spec = await artifacts.putJson(`runs/${runId}/spec.json`, {
    source: { kind: 'artifact', artifact, name: 'data.csv' },
    target: submission.target,
  });
  await spoil('spec');
  await spoil('source');
  await fleet.queue.submit({ ...submission, runId, spec });
  return fleet.queue.waitForRun(runId, { signal: AbortSignal.timeout(10_000) });
}

const inStore = (runId: string, name: string) => join(artifacts.folder ?? '', 'runs', runId, name);
const names = { spec: 'spec.json', source: 'source/data.csv' } as const;

test('a run whose time is up writes its report', async () => {
  await consume({ extract: (job) => untilAborted(job.signal) }, { deadlines: { runMs: 2000 } });
  const ended = await submit('late');
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'RUN_TIMEOUT' } });
  const report = JSON.parse(await readFile(inStore('late', 'report.json'), 'utf8')) as Report;
  expect(report).toMatchObject({
    outcome: 'failed',
    error: { code: 'RUN_TIMEOUT' },
    stages: [{ stage: 'parse' }, { stage: 'extract', attempts: 1, outcome: 'failed' }],
  });
});

test.each(['spec', 'source'] as const)('a %s that is missing fails the run with ARTIFACT_MISSING', async (what) => {
  await consume({ parse: parseStage(services) });
  const runId = `missing-${what}`;
  const ended = await submit(runId, async (key) => (key === what ? rm(inStore(runId, names[key])) : undefined));
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'ARTIFACT_MISSING' } });
});

test.each(['spec', 'source'] as const)(
  'a %s whose bytes have changed fails the run with ARTIFACT_CORRUPT',
  async (what) => {
    await consume({ parse: parseStage(services) });
    const runId = `corrupt-${what}`;
    const ended = await submit(runId, async (key) =>
      key === what ? writeFile(inStore(runId, names[key]), 'a,b\n1,3\n') : undefined,
    );
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'ARTIFACT_CORRUPT' } });
  },
);

test('what a stage hands to the next one is checked as well', async () => {
  const parse: ConsumerHandlers['parse'] = async (job) => {
    const result = await testHandlers().parse(job);
    const profile = await artifacts.putJson(`runs/${job.runId}/parse/profile.json`, { version: 1 });
    await writeFile(inStore(job.runId, 'parse/profile.json'), '{"version":2}');
    return { ...result, profile };
  };
  await consume({ parse, extract: extractStage(services) });
  expect(await submit('handed-on')).toMatchObject({ state: 'failed', error: { code: 'ARTIFACT_CORRUPT' } });
});

test('the report names the stage that failed, with its attempts and times', async () => {
  const extract = () => Promise.reject(new HyperferryError('ARTIFACT_STORE_FAILED', 'away'));
  await consume({ extract }, { retries: { attempts: 3, backoffMs: 10 } });
  const { report, submittedAt } = await submit('in-vain');
  expect(report?.stages).toMatchObject([
    { stage: 'parse', attempts: 1 },
    { stage: 'extract', attempts: 3, outcome: 'failed', startedAt: expect.any(String) as string },
  ]);
  expect(report?.stages[0]).not.toHaveProperty('outcome');
  expect(report?.stages[1]?.startedAt && report.stages[1].startedAt >= submittedAt).toBe(true);
  expect(JSON.parse(await readFile(inStore('in-vain', 'report.json'), 'utf8'))).toEqual(report);
});

test('the report of a cancelled run names the stage in which it was cancelled', async () => {
  const extract: ConsumerHandlers['extract'] = async (job) => {
    await fleet.queue.cancel(job.runId);
    return untilAborted(job.signal);
  };
  await consume({ extract });
  const { state, report } = await submit('not-wanted');
  expect(state).toBe('cancelled');
  expect(report?.stages).toMatchObject([{ stage: 'parse' }, { stage: 'extract', attempts: 1, outcome: 'cancelled' }]);
});

test.each([-3_600_000, 3_600_000])('a host whose clock is wrong by %d ms writes right times', async (wrongMs) => {
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + wrongMs);
  try {
    const startedAt = new Date(now()).toISOString();
    await consume({ parse: async (job) => ({ ...(await testHandlers().parse(job)), report: job.report() }) });
    const { report, submittedAt } = await submit(`skewed-${wrongMs}`);
    const endedAt = new Date(now() + 1).toISOString();
    const times = [startedAt, submittedAt, report?.stages[0]?.startedAt ?? '', report?.endedAt ?? '', endedAt];
    expect(times).toEqual(times.toSorted((a, b) => a.localeCompare(b)));
  } finally {
    clock.mockRestore();
  }
});
