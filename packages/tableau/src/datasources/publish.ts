import type { Api } from '../api/api-call.ts';
import { isTableauError, TableauError } from '../errors.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import { type CommitInput, type CommitOptions, sendCommit } from './commit.ts';
import { type Datasource, type DatasourceState } from './datasource.ts';
import { findByName } from './find-by-name.ts';
import { look } from './look.ts';

export interface PublishInput extends CommitInput {
  /** The data source as it was before; undefined when it was absent. */
  readonly before: DatasourceState | undefined;
}

export interface PublishOptions extends CommitOptions {
  /** Time for the server's job. Default: 30 minutes. */
  readonly jobDeadlineMs?: number | undefined;
  readonly onJob?: ((job: Job) => void) | undefined;
  /** How long the published state is watched after an answer was lost. Default: 60 s. */
  readonly lookForMs?: number | undefined;
}

/**
 * Makes an upload a data source: commits, follows the job, and after a lost answer looks instead of sending again.
 * @throws {TableauError} TABLEAU_DATASOURCE_EXISTS, TABLEAU_PERMISSION_DENIED, TABLEAU_PUBLISH_REFUSED,
 * TABLEAU_JOB_FAILED, TABLEAU_PUBLISH_UNKNOWN when looking didn't settle it
 */
export async function publish(
  api: Api,
  jobs: Jobs,
  input: PublishInput,
  options: PublishOptions = {},
): Promise<Datasource> {
  const startedAt = new Date();
  const lookNow = (cause: unknown) => look(api, jobs, { ...input, startedAt }, { ...options, cause });
  const commit = await sendCommit(api, input, options).catch(async (error: unknown) => {
    if (isTableauError(error) && error.ambiguous) return { datasource: await lookNow(error) };
    throw await explainRefusal(api, input, error, options.signal);
  });
  if ('datasource' in commit) return commit.datasource;
  try {
    const { jobDeadlineMs: deadlineMs, onJob: onProgress, signal } = options;
    await jobs.wait(commit.job.id, { deadlineMs, onProgress, signal });
  } catch (error) {
    // Finished jobs are purged, and under some sign-ins they can't be read: the data source itself says how it went.
    const cannotSee = isTableauError(error) && ['TABLEAU_JOB_UNKNOWN', 'TABLEAU_SESSION_ENDED'].includes(error.code);
    if (!cannotSee && !(isTableauError(error) && error.code === 'TABLEAU_PERMISSION_DENIED')) throw error;
    return lookNow(error);
  }
  // The job went well, so it isn't asked whether updatedAt moved: it counts whole seconds. But the job doesn't say which
  // data source it made, and lists may lag behind it.
  return (await findSoon(api, input, options.signal)) ?? lookNow(undefined);
}

/** A refused publish by its likeliest reason; decided by looking, as the texts are localized. */
async function explainRefusal(api: Api, input: PublishInput, error: unknown, signal?: AbortSignal): Promise<unknown> {
  if (!isTableauError(error) || error.status === undefined) return error;
  const facts = { status: error.status, tableauCode: error.tableauCode, cause: error };
  if (error.tableauCode === '403007' && input.mode === 'create') {
    const existing = await findSoon(api, input, signal);
    if (existing !== undefined) {
      return new TableauError(
        'TABLEAU_DATASOURCE_EXISTS',
        `data source "${input.name}" already exists in this project`,
        {
          ...facts,
          details: { datasourceId: existing.id },
        },
      );
    }
  }
  if (error.tableauCode === '403007') {
    return new TableauError(
      'TABLEAU_PERMISSION_DENIED',
      `not allowed to publish "${input.name}" to this project: ${error.message}`,
      facts,
    );
  }
  if (error.tableauCode === '400011') {
    return new TableauError(
      'TABLEAU_PUBLISH_REFUSED',
      `Tableau could not publish the file as "${input.name}"; usual reasons: built by a newer Hyper than the server knows, several tables before 2021.4, no table "Extract"."Extract" on an old server, an incomplete upload, or the server's own time-out: ${error.message}`,
      facts,
    );
  }
  return error;
}

/** Lists may lag behind the publish that took the name. */
async function findSoon(api: Api, input: PublishInput, signal?: AbortSignal): Promise<Datasource | undefined> {
  for (const delayMs of [0, 200, 400, 800]) {
    await api.sleep(delayMs, signal);
    const found = await findByName(api, input.name, input.projectId, signal).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}
