import type { Logger } from '@hyperferry/schema';
import type { Job, Queue } from 'bullmq';

import type { JobLease, Lines } from '../lines/lines.ts';
import type { RedisClient } from '../lines/run-script.ts';
import type { ServerClock } from '../redis/server-clock.ts';
import type { RunJobData, StageJobData } from '../runs/job-data.ts';
import type { RunSignals } from '../runs/run-signals.ts';

export interface LeaseSettings {
  /** How long a job stays with a worker that says nothing, in ms. Default: 60,000. */
  readonly lockMs: number;
  /** How often workers look for such jobs, in ms. Default: 15,000. */
  readonly stalledCheckMs: number;
  /** How often a stage may lose its worker before it fails. Default: 10. */
  readonly maxStalls: number;
}

export interface RetrySettings {
  /** Attempts of a stage whose error may pass by itself. Default: 4. */
  readonly attempts: number;
  /** Pause before the second attempt, doubled for each further one, with jitter, in ms. Default: 2,000. */
  readonly backoffMs: number;
}

/**
 * Time limits in ms, of one execution of a stage and of a run from its first start on; what takes longer fails.
 * Default: none.
 */
export interface Deadlines {
  readonly parseMs?: number;
  readonly extractMs?: number;
  readonly publishMs?: number;
  readonly runMs?: number;
}

/** What all consumers of one process share. */
export interface Runtime {
  readonly workerName: string;
  readonly redis: RedisClient;
  readonly lines: Lines;
  readonly clock: ServerClock;
  readonly signals: RunSignals;
  readonly logger: Logger;
  readonly lease: LeaseSettings;
  readonly retries: RetrySettings;
  readonly deadlines: Deadlines;
  readonly runs: Queue<RunJobData>;
  readonly stageQueues: Readonly<Record<'parse' | 'extract' | 'publish', Queue<StageJobData>>>;
}

/** A job as a consumer takes it. */
export interface Taken<T> {
  readonly job: Job<T>;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** The lease of a job that was taken, where BullMQ keeps it. */
export function leaseOf({ job, token }: Taken<unknown>, queue: Queue): JobLease {
  return { key: queue.toKey(`${job.id}:lock`), token };
}
