import {
  type ArtifactRef,
  artifactRefSchema,
  type Logger,
  parseWith,
  silentLogger,
  SPEC_VERSION,
  type Stage,
  type Target,
  targetSchema,
} from '@hyperferry/schema';
import type { Queue } from 'bullmq';
import { z } from 'zod';

import { QueueError } from '../errors.ts';
import { bodyHashOf, lineKeyOf } from '../lines/line-key.ts';
import { createLines, DEFAULT_RETENTION_SECONDS } from '../lines/lines.ts';
import { type RunState, type TableauSite, tableauSiteSchema } from '../lines/run-record.ts';
import { assertNoEviction } from '../redis/check-redis.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { withinReach } from '../redis/fail-fast.ts';
import { assertProducerStore, type FleetStore } from '../workers/fleet-store.ts';
import { assertFleetReads, readRetentionSeconds, siteOfConnection } from '../workers/join-fleet.ts';
import { listWorkers, type WorkerView } from '../workers/list-workers.ts';
import { openQueue, raisePriority } from './appoint.ts';
import type { RunJobData } from './job-data.ts';
import { type LineView, listLines } from './list-lines.ts';
import { oldestWaiting } from './oldest-waiting.ts';
import { countRuns, listRuns, type ListRunsOptions, type RunPage } from './list-runs.ts';
import { type Pauses, type PauseScope, readPauses, resume, type ResumeScope, setPaused } from './pause-queue.ts';
import { followUp, type QueueAccess } from './queue-access.ts';
import { createRunId, runIdSchema } from './run-id.ts';
import { openRunSignals } from './run-signals.ts';
import { readView, type RunView } from './run-view.ts';
import { readWaitReasons, type WaitReason } from './run-wait.ts';
import {
  type AcceptUnknown,
  cancelRun,
  releaseRun,
  type RetryOptions,
  retryRun,
  skipRun,
  type Steered,
} from './steer-runs.ts';
import { waitForRun, type WaitForRunOptions } from './wait-for-run.ts';

export interface SubmitInput {
  /** The idempotency key: the same key and body is the same run. Default: a new ULID. */
  readonly runId?: string;
  readonly target: Target;
  /** The server and site behind the target's connection. Default: what the live workers mean by its name. */
  readonly server?: TableauSite;
  /** The job spec in the artifact store. */
  readonly spec: ArtifactRef;
  /** Default: hold for append, else continue. */
  readonly onFailure?: 'continue' | 'hold';
  /** 1 (first) to 1000, among targets only. Default: 100. */
  readonly priority?: number;
}

export interface Submitted {
  readonly runId: string;
  readonly state: RunState;
  /** How many runs of this target come first. */
  readonly position: number;
  /** Waiting runs that this one replaced. */
  readonly superseded: readonly string[];
}

export interface OpenRunQueueOptions {
  readonly connection: QueueConnection;
  readonly logger?: Logger;
  /** Fail within 2 s while Redis is away. Default: true; false waits (for workers). */
  readonly failFast?: boolean;
  /** How long records of ended runs are kept, in seconds. Default: as the workers have told, else 14 days. */
  readonly retentionSeconds?: number;
}

const submitSchema = z.strictObject({
  runId: runIdSchema.optional(),
  target: targetSchema,
  server: tableauSiteSchema.optional(),
  spec: artifactRefSchema,
  onFailure: z.enum(['continue', 'hold']).optional(),
  priority: z.int().min(1).max(1000).default(100),
});

/** The producer's side of the queue: puts runs in, looks at them, steers them. */
export interface RunQueue extends AsyncDisposable {
  /** @throws {QueueError} RUN_CONFLICT, CONNECTION_UNKNOWN, QUEUE_VERSION_DIFFERS, QUEUE_REDIS_UNSAFE, QUEUE_UNREACHABLE */
  submit(input: SubmitInput): Promise<Submitted>;
  /**
   * Whether what is put into a store is found by the workers.
   * @throws {QueueError} ARTIFACT_STORE_FOREIGN, naming the one that they use
   */
  assertStore(store: Pick<FleetStore, 'location'> & { readonly id: string | undefined }): Promise<void>;
  /** @throws {QueueError} RUN_UNKNOWN, QUEUE_UNREACHABLE */
  getRun(runId: string): Promise<RunView>;
  /**
   * Resolves when the run has ended or is held.
   * @throws {QueueError} RUN_UNKNOWN, QUEUE_UNREACHABLE after 30 s without Redis; RUN_WAIT_TIMEOUT, RUN_HELD; the signal's reason
   */
  waitForRun(runId: string, options?: WaitForRunOptions): Promise<RunView>;
  /** Why a live run does not go on at the moment; an empty list when it does, or has ended. @throws {QueueError} RUN_UNKNOWN */
  waitReasons(runId: string): Promise<readonly WaitReason[]>;
  listRuns(options?: ListRunsOptions): Promise<RunPage>;
  /** How many runs are in each state. */
  countRuns(): Promise<Readonly<Record<RunState, number>>>;
  /** @throws {QueueError} RUN_UNKNOWN, RUN_OUTCOME_UNKNOWN */
  cancel(runId: string, options?: AcceptUnknown): Promise<Steered>;
  /** @throws {QueueError} RUN_UNKNOWN, RUN_OUTDATED, RUN_STATE_INVALID (it has succeeded) */
  retry(runId: string, options?: RetryOptions): Promise<Steered>;
  /** @throws {QueueError} RUN_UNKNOWN, RUN_STATE_INVALID (it is not held) */
  release(runId: string): Promise<Steered>;
  /** @throws {QueueError} RUN_UNKNOWN, RUN_STATE_INVALID, RUN_OUTCOME_UNKNOWN */
  skip(runId: string, options?: AcceptUnknown): Promise<Steered>;
  pause(scope: PauseScope): Promise<void>;
  resume(scope: ResumeScope): Promise<void>;
  pauses(): Promise<Pauses>;
  /** When the run that has waited longest was submitted; undefined where none waits. */
  oldestWaiting(): Promise<string | undefined>;
  /** The targets with runs that have not ended; held ones first. */
  listLines(): Promise<readonly LineView[]>;
  /** The workers that live, and those that were lost within the last day. */
  listWorkers(): Promise<readonly WorkerView[]>;
  close(): Promise<void>;
}

/** Opens the producer's side. @throws {QueueError} QUEUE_UNREACHABLE */
export async function openRunQueue(options: OpenRunQueueOptions): Promise<RunQueue> {
  const { connection, logger = silentLogger, failFast = true } = options;
  const redis = connection.open({ failFast, name: 'hf-producer' });
  const reach = <T>(action: () => Promise<T>): Promise<T> =>
    failFast ? withinReach(redis, connection.describe, action) : action();
  let retentionSeconds: number | undefined;
  try {
    retentionSeconds = (await reach(() => readRetentionSeconds(redis))) ?? DEFAULT_RETENTION_SECONDS;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const lines = createLines(redis, options.retentionSeconds ?? retentionSeconds);
  const runs = openQueue<RunJobData>('runs', redis);
  const queues = new Map<'runs' | Stage, Queue>([['runs', runs as Queue]]);
  const queueOf = (name: 'runs' | Stage): Queue => {
    const queue = queues.get(name) ?? openQueue(name, redis);
    queues.set(name, queue);
    return queue;
  };
  const signals = openRunSignals(connection.open({ failFast: false, name: 'hf-signals' }));

  /** Looked at once, before the first run is put in. */
  let isSafe = false;

  const access: QueueAccess = { redis, lines, runs, queueOf, logger, reach };

  const viewOfRun = async (runId: string): Promise<RunView> => {
    const run = await readView(redis, runId);
    if (run === undefined) throw new QueueError('RUN_UNKNOWN', `no run ${runId}`);
    return run;
  };

  const queue: RunQueue = {
    submit: async (input) => {
      const { runId = createRunId(), ...given } = parseWith(submitSchema, input, 'submission');
      if (!isSafe) await reach(() => assertNoEviction(redis, connection.describe));
      isSafe = true;
      await reach(() => assertFleetReads(redis));
      const server = given.server ?? (await reach(() => siteOfConnection(redis, given.target.connection)));
      const body = { ...given, server };
      const onFailure = body.onFailure ?? (body.target.mode === 'append' ? 'hold' : 'continue');
      const reply = await reach(() =>
        lines.submit({
          runId,
          line: lineKeyOf(body.server, body.target),
          mode: body.target.mode,
          bodyHash: bodyHashOf({ ...body, onFailure }),
          priority: body.priority,
          onFailure,
          fields: {
            v: String(SPEC_VERSION),
            target: JSON.stringify(body.target),
            server: JSON.stringify(body.server),
            spec: JSON.stringify(body.spec),
          },
        }),
      );
      if (reply.status === 'conflict') {
        throw new QueueError('RUN_CONFLICT', `run ${runId} exists with another target, file or option`);
      }
      await followUp(access, reply);
      const { head } = reply;
      if (
        reply.status === 'ok' &&
        head?.state === 'waiting' &&
        head.runId !== runId &&
        head.priority === body.priority
      ) {
        await reach(() => raisePriority(runs, head)).catch(() => {});
      }
      return {
        runId,
        state: reply.state || 'waiting',
        position: reply.position ?? 0,
        superseded: (reply.superseded ?? []).map((run) => run.runId),
      };
    },
    assertStore: (store) => reach(() => assertProducerStore(redis, store)),
    getRun: (runId) => reach(() => viewOfRun(runId)),
    waitForRun: (runId, waitOptions = {}) => waitForRun({ access, signals, connection }, runId, waitOptions),
    waitReasons: async (runId) => {
      await queue.getRun(runId);
      return await reach(() => readWaitReasons(access, runId));
    },
    listRuns: (listOptions = {}) => listRuns(access, listOptions),
    countRuns: () => countRuns(access),
    cancel: (runId, steerOptions = {}) => cancelRun(access, runId, steerOptions),
    retry: (runId, steerOptions = {}) => retryRun(access, runId, steerOptions),
    release: (runId) => releaseRun(access, runId),
    skip: (runId, steerOptions = {}) => skipRun(access, runId, steerOptions),
    pause: (scope) => setPaused(access, scope, true),
    resume: (scope) => resume(access, scope),
    pauses: () => readPauses(access),
    oldestWaiting: () => oldestWaiting(access),
    listLines: () => listLines(access),
    listWorkers: () => listWorkers(access),
    close: async () => {
      signals.close();
      const closing = [...queues.values()].map((queue) => queue.close());
      await Promise.race([Promise.all(closing), new Promise((resolve) => setTimeout(resolve, 100).unref())]);
      redis.disconnect();
    },
    [Symbol.asyncDispose]: () => queue.close(),
  };
  return queue;
}
