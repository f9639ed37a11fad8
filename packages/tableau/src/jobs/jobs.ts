import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { listAll } from '../api/list-all.ts';
import { isTableauError, TableauError } from '../errors.ts';
import { emptyBody } from '../http/multipart.ts';
import { anyReply, wireInt, wireText } from '../wire/reply-body.ts';
import { readNotes } from './job-notes.ts';

/** A background job of the server, as one call reports it. */
export interface Job {
  readonly id: string;
  readonly type: string | undefined;
  /** Per cent, when the server says. */
  readonly progress: number | undefined;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** What the server noted, from every place that it notes things in. */
  readonly notes: string;
}

/** A line in the list of background jobs. */
export interface ListedJob {
  readonly id: string;
  readonly status: string;
  readonly jobType?: string | undefined;
  readonly title?: string | undefined;
  readonly createdAt?: string | undefined;
}

export interface WaitOptions {
  /** Our own limit: a job may never end. Default: 30 minutes. */
  readonly deadlineMs?: number | undefined;
  readonly onProgress?: ((job: Job) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Jobs {
  get(id: string, options?: { signal?: AbortSignal | undefined }): Promise<Job>;
  /**
   * Polls until the job has ended well.
   * @throws {TableauError} TABLEAU_JOB_FAILED, TABLEAU_JOB_TIMEOUT, TABLEAU_JOB_UNKNOWN when the server has purged it
   */
  wait(id: string, options?: WaitOptions): Promise<Job>;
  /** Asks the server to stop a job; one that has already ended is left as it is. */
  cancel(id: string, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  list(options?: { filter?: string; signal?: AbortSignal | undefined }): Promise<ListedJob[]>;
}

const jobSchema = z.looseObject({
  id: wireText,
  type: wireText.optional(),
  progress: wireInt.optional().catch(undefined),
  finishCode: wireInt.optional().catch(undefined),
  startedAt: wireText.optional(),
  completedAt: wireText.optional(),
});

const listedJobSchema = z.object({
  id: wireText,
  status: wireText,
  jobType: wireText.optional(),
  title: wireText.optional(),
  createdAt: wireText.optional(),
});

/** The element `<job>` of any reply that has one. */
export const jobReplySchema = z.object({ job: jobSchema.transform(toJob) });

export function createJobs(api: Api): Jobs {
  const jobs: Jobs = {
    async get(id, { signal } = {}) {
      const reply = await api.call({ method: 'GET', path: `/jobs/${id}`, repeat: 'safe', signal }, jobReplySchema);
      return reply.job;
    },
    async wait(id, { deadlineMs = 1_800_000, onProgress, signal } = {}) {
      const startedMs = api.nowMs();
      for (let delayMs = 100; ; delayMs = Math.min(delayMs * 1.6, 10_000)) {
        const job = await jobs.get(id, { signal });
        const elapsedS = Math.round((api.nowMs() - startedMs) / 1000);
        if (job.state === 'succeeded') return job;
        if (job.state === 'failed' || job.state === 'cancelled') throw jobFailed(job, elapsedS);
        onProgress?.(job);
        if (api.nowMs() - startedMs + delayMs > deadlineMs) {
          throw new TableauError(
            'TABLEAU_JOB_TIMEOUT',
            `Tableau job ${id} has not ended after ${elapsedS} s (${job.state}, ${job.progress ?? 0} %); it may still end`,
            { details: { jobId: id }, ambiguous: true },
          );
        }
        await api.sleep(delayMs, signal);
      }
    },
    async cancel(id, { signal } = {}) {
      try {
        await api.call({ method: 'PUT', path: `/jobs/${id}`, body: emptyBody, repeat: 'safe', signal }, anyReply);
      } catch (error) {
        if (!isTableauError(error) || error.tableauCode !== '403091') throw error;
      }
    },
    list: ({ filter, signal } = {}) =>
      listAll(
        api,
        {
          path: '/jobs',
          listKey: 'backgroundJobs',
          itemKey: 'backgroundJob',
          signal,
          ...(filter === undefined ? {} : { query: { filter } }),
        },
        listedJobSchema,
      ),
  };
  return jobs;
}

function toJob(raw: z.infer<typeof jobSchema>): Job {
  const notes = readNotes(raw);
  return {
    id: raw.id,
    type: raw.type,
    progress: raw.progress,
    state: stateOf(raw, notes.hasErrorCode),
    notes: notes.text,
  };
}

/** A finish code counts only together with `completedAt`: queued jobs carry 1 already. */
function stateOf(raw: z.infer<typeof jobSchema>, hasErrorCode: boolean): Job['state'] {
  if (raw.completedAt === undefined) return raw.startedAt === undefined ? 'queued' : 'running';
  if (raw.finishCode === 1 || (raw.finishCode === 0 && hasErrorCode)) return 'failed';
  return raw.finishCode === 2 ? 'cancelled' : 'succeeded';
}

function jobFailed(job: Job, elapsedS: number): TableauError {
  const how = job.state === 'cancelled' ? 'was cancelled' : 'failed';
  const hint =
    job.notes === ''
      ? 'the server gives no reason; usual ones: the file was built by a newer Hyper than the server knows, it has several tables, or the project or quota refused it'
      : job.notes.slice(0, 800);
  return new TableauError('TABLEAU_JOB_FAILED', `Tableau job ${job.id} ${how} after ${elapsedS} s: ${hint}`, {
    details: { jobId: job.id, state: job.state },
  });
}
