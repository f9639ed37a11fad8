import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type ArtifactStore, openStore } from '@hyperferry/artifacts';
import type { ConsumerHandlers, StartConsumersOptions } from '@hyperferry/queue';
import { startTestFleet, type TestFleet, testHandlers, testSubmission, untilAborted } from '@hyperferry/queue/testing';
import { type Report, silentLogger } from '@hyperferry/schema';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

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
  await consume({ extract: (job) => untilAborted(job.signal) }, { deadlines: { runMs: 300 } });
  const ended = await submit('late');
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'RUN_TIMEOUT' } });
  const report = JSON.parse(await readFile(inStore('late', 'report.json'), 'utf8')) as Report;
  expect(report).toMatchObject({ outcome: 'failed', error: { code: 'RUN_TIMEOUT' }, stages: [{ stage: 'parse' }] });
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
