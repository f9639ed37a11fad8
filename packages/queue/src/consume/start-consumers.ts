import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Logger, silentLogger, type Stage, stages } from '@hyperferry/schema';
import type { Job, Worker } from 'bullmq';

import { bullmq } from '../libraries.ts';
import { createLines } from '../lines/lines.ts';
import type { TableauSite } from '../lines/run-record.ts';
import { checkRedis } from '../redis/check-redis.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { waitForRedis } from '../redis/fail-fast.ts';
import { refusalOf } from '../redis/refusal.ts';
import { createServerClock } from '../redis/server-clock.ts';
import { openQueue } from '../runs/appoint.ts';
import { QUEUE_PREFIX, type RunJobData, type StageJobData } from '../runs/job-data.ts';
import { openRunSignals, sendRunSignal } from '../runs/run-signals.ts';
import type { FleetStore } from '../workers/fleet-store.ts';
import { joinFleet, type JoiningWorker } from '../workers/join-fleet.ts';
import { closeWithin } from './close-within.ts';
import { coordinateRun, type RunHandler } from './coordinator.ts';
import { createIntake, type RefusedStages } from './intake.ts';
import { keepReconciling } from './reconciler.ts';
import type { Deadlines, LeaseSettings, RetrySettings, Runtime } from './runtime.ts';
import { executeStage } from './stage-executor.ts';
import type { StageHandler } from './stage-job.ts';
import { Stopped } from './stop-reason.ts';

export interface ConsumerHandlers {
  run: RunHandler;
  parse: StageHandler<'parse'>;
  extract: StageHandler<'extract'>;
  publish: StageHandler<'publish'>;
}

export interface StartConsumersOptions {
  readonly connection: QueueConnection;
  readonly handlers: ConsumerHandlers;
  /** How many jobs of each queue this process does at a time; 0 leaves a queue to others. Default: 100, 2, 1, 4. */
  readonly concurrency?: Partial<Record<'runs' | Stage, number>>;
  /** How many jobs of a stage all workers together do at a time. Default: no limit. */
  readonly globalConcurrency?: Partial<Record<Stage, number>>;
  readonly lease?: Partial<LeaseSettings>;
  readonly retries?: Partial<RetrySettings>;
  readonly deadlines?: Deadlines;
  /**
   * Stages that can't begin here at the moment. Asked before each begins, and every `askMs`: meanwhile their jobs are
   * left to other processes, one that was taken is given back at no cost. Default: none.
   */
  readonly refusedStages?: RefusedStages;
  /** Default: 3,000. */
  readonly askMs?: number;
  /** How often lines are compared with the queue, in ms. Default: 1,000. */
  readonly reconcileMs?: number;
  /** How long records of ended runs are kept; the same for all workers. Default: 14 days. */
  readonly retentionSeconds?: number;
  /** Where the artifacts are, so that workers and producers which use another store are found. Default: not compared. */
  readonly store?: FleetStore;
  /** Default: `<host>:<pid>`. */
  readonly workerName?: string;
  /**
   * Server and site behind each connection's name. Told to the fleet, so that producers need only the name, and so
   * that two workers which mean different sites by one name are found.
   */
  readonly connections?: Readonly<Record<string, TableauSite>>;
  /** Put into the inventory at the moment of joining, so that others that start see it; `announceWorker` keeps it there. */
  readonly worker?: JoiningWorker;
  /** Ends the start while it waits for Redis: it throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}

/** The consumers of one process. */
export interface Consumers extends AsyncDisposable {
  readonly workerName: string;
  /** How many jobs are being done here. */
  active(): Readonly<Record<'runs' | Stage, number>>;
  /** Takes no more jobs, lets stages finish for `graceMs`, then hands back what is left at no cost of attempts. Default: 20,000. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

const defaultConcurrency = { runs: 100, parse: 2, extract: 1, publish: 4 };

/**
 * Starts to take jobs out of the queue.
 * @throws {QueueError} QUEUE_REDIS_UNSAFE, QUEUE_SIGN_IN_DENIED, QUEUE_PERMISSION_DENIED, QUEUE_TLS_FAILED,
 * WORKER_REFUSED (live workers of this queue have other settings or versions)
 */
export async function startConsumers(options: StartConsumersOptions): Promise<Consumers> {
  const {
    connection,
    handlers,
    logger = silentLogger,
    workerName = options.worker?.name ?? `${hostname()}:${process.pid}`,
  } = options;
  const redis = connection.open({ failFast: false, name: 'hf-worker' });
  const concurrency = { ...defaultConcurrency, ...options.concurrency };
  const clock = createServerClock(redis);
  const lease = { lockMs: 60_000, stalledCheckMs: 15_000, maxStalls: 10, ...options.lease };
  let others: number;
  try {
    await waitForRedis(redis, connection.describe, logger, options.signal);
    await checkRedis(redis, connection.describe, logger);
    await clock.look();
    const { globalConcurrency = {}, connections = {}, worker, store, retentionSeconds } = options;
    const joined = await joinFleet(redis, {
      workerName,
      globalConcurrency,
      connections,
      store,
      retentionSeconds,
      advised: { HYPERFERRY_LOCK_MS: lease.lockMs, HYPERFERRY_STALLED_CHECK_MS: lease.stalledCheckMs },
      ...(worker === undefined ? {} : { worker }),
    });
    ({ others } = joined);
    for (const setting of joined.differing) {
      logger.warn(setting, 'a lease setting is another one than that of the live workers: give all the same');
    }
  } catch (error) {
    redis.disconnect();
    throw refusalOf(error, connection.describe) ?? error;
  }
  const runtime: Runtime = {
    workerName,
    redis,
    clock,
    lines: createLines(redis, options.retentionSeconds),
    signals: openRunSignals(connection.open({ failFast: false, name: 'hf-signals' })),
    logger,
    lease,
    retries: { attempts: 4, backoffMs: 2000, ...options.retries },
    deadlines: options.deadlines ?? {},
    runs: openQueue<RunJobData>('runs', redis),
    stageQueues: {
      parse: openQueue<StageJobData>('parse', redis),
      extract: openQueue<StageJobData>('extract', redis),
      publish: openQueue<StageJobData>('publish', redis),
    },
  };
  for (const stage of stages) {
    const limit = options.globalConcurrency?.[stage];
    if (limit !== undefined) await runtime.stageQueues[stage].setGlobalConcurrency(limit);
    // BullMQ keeps it for ever: that of a fleet that is gone would hold this one back.
    else if (others === 0) await runtime.stageQueues[stage].removeGlobalConcurrency();
  }
  const workers = new Map<'runs' | Stage, Worker>();
  const active = { runs: 0, parse: 0, extract: 0, publish: 0 };
  const stopped = new AbortController();
  const intake = createIntake(options.refusedStages ?? (() => Promise.resolve([])), logger);

  const consume = <T extends { runId: string }>(
    name: 'runs' | Stage,
    process: (taken: { job: Job<T>; token: string; signal: AbortSignal }) => Promise<unknown>,
  ): void => {
    if (concurrency[name] === 0) return;
    const worker = new bullmq.Worker<T>(
      name,
      // BullMQ passes the signal only to a function that declares three parameters without defaults.
      async (job: Job<T>, token: string | undefined, signal: AbortSignal | undefined) => {
        active[name] += 1;
        // A job taken while closing is given back at once.
        const ending = stopped.signal.aborted ? AbortSignal.abort(new Stopped('hand-back')) : undefined;
        try {
          if (name !== 'runs' && ending === undefined && (await intake.refuses(name))) {
            await job.moveToWait(token);
            throw new bullmq.WaitingError();
          }
          return await process({ job, token: token ?? '', signal: ending ?? asStop(signal) });
        } finally {
          active[name] -= 1;
        }
      },
      {
        connection: redis,
        prefix: QUEUE_PREFIX,
        name: workerName,
        concurrency: concurrency[name],
        lockDuration: runtime.lease.lockMs,
        stalledInterval: runtime.lease.stalledCheckMs,
        // A coordinator does no work of its own: its loss says nothing about the run.
        maxStalledCount: name === 'runs' ? runtime.lease.maxStalls * 10 : runtime.lease.maxStalls,
        skipVersionCheck: true,
      },
    );
    worker.on('error', (error) => logger.warn({ queue: name, err: error }, 'queue error'));
    worker.on('lockRenewalFailed', (ids: string[]) => {
      for (const id of ids) worker.cancelJob(id, 'lock-lost');
    });
    if (name !== 'runs') {
      intake.guard(name, worker);
      // After BullMQ has closed the stage's job: the coordinator can complete only then.
      const tell = (job: Job<T> | undefined): void => {
        if (typeof job?.data?.runId === 'string') void sendRunSignal(redis, job.data.runId, 'stage').catch(() => {});
      };
      worker.on('completed', tell);
      worker.on('failed', tell);
    }
    workers.set(name, worker);
  };

  consume<RunJobData>('runs', (taken) => coordinateRun(runtime, handlers.run, taken));
  consume<StageJobData>('parse', (taken) => executeStage(runtime, 'parse', handlers.parse, taken));
  consume<StageJobData>('extract', (taken) => executeStage(runtime, 'extract', handlers.extract, taken));
  consume<StageJobData>('publish', (taken) => executeStage(runtime, 'publish', handlers.publish, taken));
  await Promise.all([...workers.values()].map((worker) => worker.waitUntilReady()));
  const asking = intake.keepAsking(options.askMs ?? 3000, stopped.signal);
  const reconciling = keepReconciling(runtime, options.reconcileMs ?? 1000, stopped.signal);

  let closing: Promise<void> | undefined;
  const close = async ({ graceMs = 20_000 }: { readonly graceMs?: number } = {}): Promise<void> => {
    stopped.abort();
    await closeWithin(workers, graceMs, () => Object.values(active).every((count) => count === 0), logger);
    runtime.signals.close();
    redis.disconnect();
    // A command that was sent before the server went away may never be answered.
    await Promise.race([Promise.all([reconciling, asking]), sleep(500, undefined, { ref: false })]);
  };
  const consumers: Consumers = {
    workerName,
    active: () => ({ ...active }),
    close: (closeOptions) => (closing ??= close(closeOptions)),
    [Symbol.asyncDispose]: () => consumers.close(),
  };
  return consumers;
}

/** BullMQ's signal carries the reason as text; ours tells a stop by its kind. */
function asStop(signal: AbortSignal | undefined): AbortSignal {
  const controller = new AbortController();
  if (signal === undefined) return controller.signal;
  const pass = (): void => {
    const text = String(signal.reason instanceof Error ? signal.reason.message : signal.reason);
    controller.abort(new Stopped(text.includes('lock-lost') ? 'lock-lost' : 'hand-back'));
  };
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return controller.signal;
}
