import { randomUUID } from 'node:crypto';

import type { FaultAction } from './faults.ts';
import type { JobRecord, JobType, Session } from './model.ts';
import type { World } from './world.ts';

/** What the work of a job may do and say. */
export interface JobWork {
  /** Does it; a rejection fails the job with the error's message as notes. */
  readonly run: (job: JobRecord, signal: AbortSignal) => Promise<void>;
  readonly type: JobType;
  readonly title: string;
  readonly datasource?: { readonly id: string; readonly name: string };
  readonly connectionId?: string;
  /** Called once when the job is over, however it ended. */
  readonly ended?: (succeeded: boolean) => void;
}

/** A failure of a job, told by its notes and, if given, a status note of type `errorCode`. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly errorCode: string | undefined;

  constructor(message: string, errorCode?: string) {
    super(message);
    this.errorCode = errorCode;
  }
}

/** Queues a job. It waits and works by the simulator's clock; the effect comes when it is done, not before. */
export function startJob(world: World, session: Session, work: JobWork, fault: FaultAction | undefined): JobRecord {
  const job: JobRecord = {
    id: randomUUID(),
    siteId: session.siteId,
    userId: session.userId,
    type: work.type,
    createdAt: world.clock.now(),
    statusNotes: [],
    title: work.title,
    cancel: new AbortController(),
    ...(work.datasource === undefined ? {} : { datasource: work.datasource }),
    ...(work.connectionId === undefined ? {} : { connectionId: work.connectionId }),
  };
  world.jobs.set(job.id, job);
  const running = runJob(world, job, work, fault).finally(() => world.running.delete(running));
  world.running.add(running);
  return job;
}

async function runJob(world: World, job: JobRecord, work: JobWork, fault: FaultAction | undefined): Promise<void> {
  const signal = AbortSignal.any([job.cancel.signal, world.signal]);
  const { jobQueueMs, jobRunMs } = world.limits;
  let succeeded = false;
  try {
    await world.clock.waitUntil(job.createdAt + jobQueueMs, signal);
    job.startedAt = world.clock.now();
    await failByPlan(world, job, fault, signal);
    await world.clock.waitUntil(job.startedAt + jobRunMs, signal);
    await work.run(job, signal);
    await world.save();
    succeeded = true;
    finish(world, job, 0);
  } catch (error) {
    if (job.cancel.signal.aborted) finish(world, job, 2);
    else if (!world.signal.aborted) failJob(world, job, error);
  } finally {
    work.ended?.(succeeded);
  }
}

function failJob(world: World, job: JobRecord, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  if (text !== '') job.notes = text;
  if (error instanceof JobError && error.errorCode !== undefined) {
    job.statusNotes = [{ type: 'errorCode', value: error.errorCode, text }];
  }
  finish(world, job, 1);
}

async function failByPlan(
  world: World,
  job: JobRecord,
  fault: FaultAction | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (fault?.kind !== 'job') return;
  if (fault.outcome === 'failed') throw new JobError(fault.notes);
  if (fault.outcome === 'failedSilently') throw new JobError('');
  if (fault.outcome === 'cancelled') {
    job.cancel.abort();
    signal.throwIfAborted();
  }
  if (fault.outcome === 'never') await world.clock.waitUntil(Number.MAX_SAFE_INTEGER, signal);
  // A vanished job does its work and is forgotten at once.
  if (fault.outcome === 'vanished') world.jobs.delete(job.id);
}

function finish(world: World, job: JobRecord, finishCode: 0 | 1 | 2): void {
  job.startedAt ??= world.clock.now();
  job.completedAt = world.clock.now();
  job.finishCode = finishCode;
}

/** The jobs of a site that are not yet forgotten. */
export function jobsOf(world: World, siteId: string): readonly JobRecord[] {
  const now = world.clock.now();
  for (const job of world.jobs.values()) {
    if (job.completedAt !== undefined && now - job.completedAt > world.limits.jobRetentionMs) world.jobs.delete(job.id);
  }
  return [...world.jobs.values()].filter((job) => job.siteId === siteId);
}
