import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ArtifactRef, ExtractResult, ParseResult, PublishResult, Report, Target } from '@hyperferry/schema';

import type { ActiveRun } from './consume/active-run.ts';
import {
  type ConsumerHandlers,
  type Consumers,
  startConsumers,
  type StartConsumersOptions,
} from './consume/start-consumers.ts';
import type { TableauSite } from './lines/run-record.ts';
import { type PrivateRedis, startPrivateRedis } from './redis/private-redis.ts';
import { openRunQueue, type RunQueue, type SubmitInput } from './runs/run-queue.ts';

/** A private Redis in a folder of its own that is removed at the end. */
export interface TestRedis extends PrivateRedis {
  readonly dataDir: string;
}

/** Starts a Redis for one test file. */
export async function startTestRedis(): Promise<TestRedis> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hf-test-data-'));
  const redis = await startPrivateRedis({ dataDir, env: process.env });
  const close = async (): Promise<void> => {
    await redis.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...redis, dataDir, close, [Symbol.asyncDispose]: close };
}

/** An artifact reference that leads nowhere, told apart by its letter. */
export function testArtifact(letter = 'a', name = 'spec.json'): ArtifactRef {
  return { key: `runs/test/${name}`, sizeBytes: 1, sha256: letter.repeat(64).slice(0, 64) };
}

/** A submission for a target of the given name. */
export function testSubmission(
  name: string,
  overrides: Partial<SubmitInput> & { mode?: Target['mode'] } = {},
): SubmitInput & { readonly server: TableauSite } {
  const { mode = 'createOrOverwrite', server = { url: 'https://tableau.example', site: 'main' }, ...rest } = overrides;
  return {
    target: { connection: 'default', project: 'Finance', name, mode },
    spec: testArtifact(),
    ...rest,
    server,
  };
}

const stageReport = { startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1, attempts: 1 };

/** A parse result with made-up content. */
export function testParseResult(): ParseResult {
  return { report: { stage: 'parse', ...stageReport }, profile: testArtifact('b', 'profile.json') };
}

/** An extract result with made-up content. */
export function testExtractResult(): ExtractResult {
  return {
    report: { stage: 'extract', ...stageReport },
    extract: testArtifact('c', 'extract.hyper'),
    rows: { read: 1, loaded: 1, rejected: 0, filtered: 0 },
    columns: 1,
  };
}

/** A publish result with made-up content. */
export function testPublishResult(name = 'Sales'): PublishResult {
  return {
    report: { stage: 'publish', ...stageReport },
    published: { id: 'd-1', name, projectId: 'p-1', projectPath: 'Finance', action: 'created', bytes: 1, chunks: 1 },
  };
}

/** The coordinator's story with nothing but the three stages. */
export async function testRunHandler(run: ActiveRun): Promise<Report> {
  const parsed = await run.stage('parse', {});
  const extracted = await run.stage('extract', parsed);
  const { report, published } = await run.stage('publish', extracted);
  return {
    version: 1,
    runId: run.runId,
    outcome: 'succeeded',
    target: run.target,
    submittedAt: run.submittedAt,
    endedAt: run.now().toISOString(),
    stages: [parsed.report, extracted.report, report],
    rows: extracted.rows,
    published,
  };
}

/** Handlers that do nothing but succeed; some may be replaced. */
export function testHandlers(overrides: Partial<ConsumerHandlers> = {}): ConsumerHandlers {
  return {
    run: testRunHandler,
    parse: () => Promise.resolve(testParseResult()),
    extract: () => Promise.resolve(testExtractResult()),
    publish: async (job) => {
      (await job.confirm()).assertFresh();
      return testPublishResult();
    },
    ...overrides,
  };
}

/** A promise that a test settles itself. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** Holds a handler until the test opens it. */
export function createGate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Waits until a condition holds. Throws after `timeoutMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  for (const startMs = performance.now(); !(await condition());) {
    if (performance.now() - startMs > timeoutMs)
      throw new Error(`not true within ${timeoutMs} ms: ${String(condition)}`);
    await sleep(10);
  }
}

/** Rejects when the signal fires, as a handler that obeys it. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** A Redis, a producer and any number of consumers in this process, with short leases. */
export interface TestFleet extends AsyncDisposable {
  readonly redis: TestRedis;
  readonly queue: RunQueue;
  consume(options?: Partial<StartConsumersOptions>): Promise<Consumers>;
  /** Ends all consumers; what they had is handed back. */
  stopConsumers(): Promise<void>;
}

/** Starts a fleet for one test file. */
export async function startTestFleet(): Promise<TestFleet> {
  const redis = await startTestRedis();
  const queue = await openRunQueue({ connection: redis.connection });
  const started: Consumers[] = [];
  const stopConsumers = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((consumers) => consumers.close({ graceMs: 0 })));
  };
  return {
    redis,
    queue,
    stopConsumers,
    async consume(options = {}) {
      const consumers = await startConsumers({
        connection: redis.connection,
        handlers: testHandlers(),
        lease: { lockMs: 2000, stalledCheckMs: 500 },
        retries: { attempts: 3, backoffMs: 10 },
        reconcileMs: 200,
        ...options,
      });
      started.push(consumers);
      return consumers;
    },
    async [Symbol.asyncDispose]() {
      await stopConsumers();
      await queue.close();
      await redis.close();
    },
  };
}
