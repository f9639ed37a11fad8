import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { type ArtifactStore, openStore } from '@hyperferry/artifacts';
import { type ConsumerHandlers, type Consumers, openRunQueue, type RunQueue, startConsumers } from '@hyperferry/queue';
import { startTestRedis, testHandlers, type TestRedis } from '@hyperferry/queue/testing';
import { type ArtifactRef, HyperferryError, silentLogger } from '@hyperferry/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { startSweeper } from './sweeper.ts';

const rules = { afterMs: 400, keepFilesMs: 0, keepRunsMs: 3_600_000 };
const patience = { timeout: 10_000 };
const server = { url: 'https://tableau.example', site: 'main' };

let redis: TestRedis;
let queue: RunQueue;
let folder: string;
let artifacts: ArtifactStore;
const open: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  redis = await startTestRedis();
  queue = await openRunQueue({ connection: redis.connection });
  folder = await mkdtemp(join(tmpdir(), 'hf-sweep-'));
  artifacts = await openStore(folder);
});

afterEach(async () => {
  for (const thing of open.splice(0)) await thing.stop();
  await queue.close();
  await redis.close();
  await rm(folder, { recursive: true });
});

function sweep(more: Partial<typeof rules> = {}): void {
  open.push(
    startSweeper({
      artifacts,
      connection: redis.connection,
      workerName: 'w',
      rules: { ...rules, ...more },
      logger: silentLogger,
      everyMs: 50,
    }),
  );
}

async function consume(handlers: Partial<ConsumerHandlers> = {}): Promise<Consumers> {
  const consumers = await startConsumers({ connection: redis.connection, handlers: testHandlers(handlers) });
  open.push({ stop: () => consumers.close({ graceMs: 0 }) });
  return consumers;
}

function put(key: string): Promise<ArtifactRef> {
  return artifacts.put(key, Readable.from([Buffer.from('1')]));
}

/** Stores a source and a spec and submits a run for them, with what killed processes could have left beside. */
async function submit(runId: string, name = runId): Promise<void> {
  const artifact = await put(`runs/${runId}/source/source`);
  const target = { connection: 'default', project: 'P', name, mode: 'createOrOverwrite' } as const;
  const source = { kind: 'artifact', name: 'a.csv', artifact };
  const spec = await artifacts.putJson(`runs/${runId}/spec.json`, { version: 1, source, target });
  for (const left of ['source/source.part-1-abc', 'extract/extract-0.hyper', 'extract/extract-1.hyper']) {
    await put(`runs/${runId}/${left}`);
  }
  for (const shown of ['report.json', 'parse/profile.json', 'extract/rejects.csv']) await put(`runs/${runId}/${shown}`);
  await queue.submit({ runId, target, server, spec });
}

async function filesOf(runId: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'runs', runId), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'runs', runId).length + 1))
    .sort();
}

const shown = ['extract/rejects.csv', 'parse/profile.json', 'report.json', 'spec.json'];

it('keeps of a run that succeeded what the dashboard shows', async () => {
  await submit('good');
  await consume();
  await queue.waitForRun('good');
  sweep();
  await expect.poll(() => filesOf('good'), patience).toEqual(shown);
});

it('keeps source and extract of a run that succeeded for as long as it is told to', async () => {
  await submit('good');
  await consume();
  await queue.waitForRun('good');
  sweep({ keepFilesMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await filesOf('good')).toContain('source/source');
});

it('keeps of a run that failed what a retry needs, and after the retry nothing of it', async () => {
  await submit('bad');
  const refused = new HyperferryError('TABLEAU_PERMISSION_DENIED', 'no');
  let fails = true;
  const { extract, publish } = testHandlers();
  await consume({
    // Retries go on from here.
    extract: async (job) => ({ ...(await extract(job)), extract: await put('runs/bad/extract/extract-1.hyper') }),
    publish: (job) => (fails ? Promise.reject(refused) : publish(job)),
  });
  expect((await queue.waitForRun('bad')).state).toBe('failed');
  sweep();
  const forRetry = ['extract/extract-1.hyper', 'source/source'];
  await expect.poll(() => filesOf('bad'), patience).toEqual([...shown, ...forRetry].sort());

  fails = false;
  await queue.retry('bad');
  expect((await queue.waitForRun('bad')).state).toBe('succeeded');
  await expect.poll(() => filesOf('bad'), patience).toEqual(shown);
});

it('tidies up after a run that no worker has seen', async () => {
  await submit('older', 'same');
  await submit('newer', 'same');
  expect((await queue.getRun('older')).state).toBe('superseded');
  sweep();
  await expect.poll(() => filesOf('older'), patience).toEqual([...shown, 'source/source'].sort());
  expect(await filesOf('newer')).toContain('source/source.part-1-abc');
});

it('removes runs whose record is gone, but not what may be about to be submitted, nor what is none of ours', async () => {
  for (const runId of ['expired', 'young']) await put(`runs/${runId}/source/source`);
  await put('runs/of.others/source');
  const hoursAgo = new Date(Date.now() - 2 * rules.keepRunsMs);
  for (const path of ['expired/source/source', 'of.others/source']) {
    await utimes(join(folder, 'runs', path), hoursAgo, hoursAgo);
  }
  sweep();
  await expect.poll(() => readdir(join(folder, 'runs')), patience).toEqual(['of.others', 'young']);
});

it('goes on when one run cannot be tidied up', async () => {
  await submit('first');
  await submit('second');
  await consume();
  for (const runId of ['first', 'second']) await queue.waitForRun(runId);
  // The storage library refuses a folder with such a thing in it.
  const pipe = createServer().listen(join(folder, 'runs', 'first', 'pipe'));
  await once(pipe, 'listening');
  sweep();
  await expect.poll(() => filesOf('second'), patience).toEqual(shown);
  pipe.close();
  await once(pipe, 'close');
  await expect.poll(() => filesOf('first'), patience).toEqual(shown);
});
