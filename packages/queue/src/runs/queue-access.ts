import type { Logger, Stage } from '@hyperferry/schema';
import type { Queue } from 'bullmq';

import type { LineReply, Lines } from '../lines/lines.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { appoint } from './appoint.ts';
import { type RunJobData, runJobId } from './job-data.ts';

/** What the verbs of the producer's side share. */
export interface QueueAccess {
  readonly redis: RedisClient;
  readonly lines: Lines;
  readonly runs: Queue<RunJobData>;
  /** One of the four queues; opened when it is first needed, closed with the access. */
  readonly queueOf: (name: 'runs' | Stage) => Queue;
  readonly logger: Logger;
  /** Runs an action within the time that a producer waits for Redis. @throws QUEUE_UNREACHABLE */
  readonly reach: <T>(action: () => Promise<T>) => Promise<T>;
}

/**
 * Does on the queue what a script has decided: the new head gets its job, jobs of runs that are gone leave the board.
 * Best effort, for the lines are the truth: what fails here is repaired by the reconciler of any worker.
 */
export async function followUp(access: QueueAccess, reply: LineReply, gone: readonly RunJobId[] = []): Promise<void> {
  const { reach, runs, logger } = access;
  try {
    const { head } = reply;
    if (head?.state === 'waiting') await reach(() => appoint(runs, head));
    for (const run of [...gone, ...(reply.superseded ?? [])]) await reach(() => runs.remove(runJobId(run)));
  } catch (error) {
    logger.warn({ err: error }, 'the queue could not be brought in step with its lines; a worker will do it');
  }
}

type RunJobId = { readonly runId: string; readonly n: number };
