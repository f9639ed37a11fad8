import { SPEC_VERSION, targetSchema } from '@hyperferry/schema';
import type { Job, JobsOptions, Queue } from 'bullmq';

import { bullmq } from '../libraries.ts';
import { type Head, isWrongType } from '../lines/lines.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { MAX_JOB_BYTES, QUEUE_PREFIX, type RunJobData, runJobId, titleOf } from './job-data.ts';

/** How long ended jobs stay on the board. The truth about a run is its record, not its job. */
export const boardRetention = {
  removeOnComplete: { age: 7 * 24 * 3600, count: 5000 },
  removeOnFail: { age: 14 * 24 * 3600, count: 5000 },
} as const satisfies JobsOptions;

/** A BullMQ queue on a shared client. The client must be connected or connecting, and outlive the queue. */
export function openQueue<T>(name: string, redis: RedisClient): Queue<T> {
  const queue = new bullmq.Queue<T>(name, { connection: redis, prefix: QUEUE_PREFIX, skipVersionCheck: true });
  // BullMQ throws at a job whose text is no JSON, and so does every list that it is in: to us such a job is none.
  const getJob = queue.getJob.bind(queue);
  queue.getJob = (jobId) =>
    getJob(jobId).catch((error: unknown) => {
      if (error instanceof SyntaxError || error instanceof TypeError || isWrongType(error)) return undefined;
      throw error;
    });
  queue.on('error', () => {});
  queue.setMaxListeners(0);
  return queue;
}

/** Gives a line's head its job; a job that is there already stays as it is. */
export async function appoint(runs: Queue<RunJobData>, head: Head | undefined): Promise<void> {
  if (head === undefined) return;
  await runs.add(
    'run',
    { v: SPEC_VERSION, runId: head.runId, n: head.n, ...titleFor(head) },
    {
      jobId: runJobId(head),
      priority: Math.max(1, Math.round(head.priority)),
      sizeLimit: MAX_JOB_BYTES,
      ...boardRetention,
    },
  );
}

/** For the eye only: a target that can't be read is told by the run itself, when it is begun. */
function titleFor(head: Head): { title?: string } {
  try {
    return { title: titleOf(targetSchema.parse(JSON.parse(head.target))) };
  } catch {
    return {};
  }
}

/** Moves a waiting head forward when a more urgent run has joined its line. */
export async function raisePriority(runs: Queue<RunJobData>, head: Head): Promise<void> {
  const job: Job<RunJobData> | undefined = await runs.getJob(runJobId(head));
  if (job && job.priority > head.priority) await job.changePriority({ priority: head.priority });
}
