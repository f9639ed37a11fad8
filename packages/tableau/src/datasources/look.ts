import type { Api } from '../api/api-call.ts';
import { TableauError } from '../errors.ts';
import type { Jobs, ListedJob } from '../jobs/jobs.ts';
import { type Datasource, type DatasourceState, hasMoved } from './datasource.ts';
import { findByName } from './find-by-name.ts';

export interface LookInput {
  readonly name: string;
  readonly projectId: string;
  readonly before: DatasourceState | undefined;
  readonly startedAt: Date;
}

export interface LookOptions {
  readonly lookForMs?: number | undefined;
  /** Limit while the server shows a publish in progress. Default: 30 minutes. */
  readonly jobDeadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly cause?: unknown;
}

/**
 * Watches the published state until it shows the publish whose answer was lost.
 * @throws {TableauError} TABLEAU_PUBLISH_UNKNOWN when it doesn't within the time
 */
export async function look(api: Api, jobs: Jobs, input: LookInput, options: LookOptions = {}): Promise<Datasource> {
  const { lookForMs = 60_000, jobDeadlineMs = 1_800_000, signal, cause } = options;
  const startedMs = api.nowMs();
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 1.5, 5_000)) {
    const found = await findByName(api, input.name, input.projectId, signal);
    if (found !== undefined && hasMoved(input.before, found)) return found;
    const elapsedMs = api.nowMs() - startedMs;
    const limitMs = (await isPublishRunning(jobs, input, signal)) ? jobDeadlineMs : lookForMs;
    if (elapsedMs + delayMs > limitMs) {
      throw new TableauError(
        'TABLEAU_PUBLISH_UNKNOWN',
        `the answer to the publish request of "${input.name}" was lost, and after ${Math.round(elapsedMs / 1000)} s the site doesn't show its result; it was not sent again${because(cause)}`,
        { ambiguous: true, details: { datasourceId: found?.id, updatedAt: found?.updatedAt }, cause },
      );
    }
    await api.sleep(delayMs, signal);
  }
}

/** A publish of this name that the server is still working on; false where this user may not list jobs. */
async function isPublishRunning(jobs: Jobs, input: LookInput, signal?: AbortSignal): Promise<boolean> {
  const listed = await jobs.list({ signal }).catch((): ListedJob[] => []);
  return listed.some(
    (job) =>
      /publish/i.test(job.jobType ?? '') &&
      /pending|progress/i.test(job.status) &&
      (job.title === undefined ? isSince(job.createdAt, input.startedAt) : job.title.includes(input.name)),
  );
}

/** Clocks differ by some minutes; a job without a title counts only from about our own request on. */
function isSince(createdAt: string | undefined, startedAt: Date): boolean {
  return createdAt !== undefined && Date.parse(createdAt) >= startedAt.getTime() - 300_000;
}

function because(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}
