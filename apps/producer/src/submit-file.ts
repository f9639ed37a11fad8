import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

import { createRunId } from '@hyperferry/queue';
import { isHyperferryError, type JobSpec, parseJobSpec, type Target } from '@hyperferry/schema';
import { checkSourceFile, readIdentity } from '@hyperferry/sources';
import type { ConnectionSite } from '@hyperferry/tableau';

import type { OpenedQueue } from './open-queue.ts';

export interface FileJob {
  readonly path: string;
  readonly target: Target;
  /** Server and site of the target's connection. Default: what the workers mean by its name. */
  readonly server?: ConnectionSite | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly types?: Readonly<Record<string, string>> | undefined;
  readonly allowEmpty?: boolean;
  readonly onFailure?: 'continue' | 'hold' | undefined;
  /** Idempotency key of the caller: the same key is the same run. */
  readonly runId?: string | undefined;
}

/**
 * Submits a run for a file of this machine. The file's bytes go into the artifact store first, with their hash taken
 * on the way, so that every attempt of the run reads the same.
 * @throws {HyperferryError} SOURCE_*, SPEC_INVALID, ARTIFACT_*, QUEUE_UNREACHABLE
 */
export async function submitFile(job: FileJob, { queue, artifacts }: OpenedQueue, signal?: AbortSignal) {
  const file = await checkSourceFile(job.path);
  const runId = job.runId ?? createRunId();
  const options = signal === undefined ? {} : { signal };
  // A key that is used again must neither change what its run reads nor look like another submission: the artifacts of
  // keyed runs are named by their content.
  const isKeyed = job.runId !== undefined;
  const sourceName = isKeyed ? (await readIdentity(file, options)).sha256 : 'source';
  const artifact = await artifacts.put(`runs/${runId}/source/${sourceName}`, createReadStream(file.path), options);
  const spec: JobSpec = parseJobSpec({
    source: { kind: 'artifact', name: basename(job.path), artifact },
    target: job.target,
    ...(job.columns === undefined ? {} : { columns: job.columns }),
    ...(job.types === undefined ? {} : { types: job.types }),
    ...(job.allowEmpty === true ? { allowEmpty: true } : {}),
    ...(job.onFailure === undefined ? {} : { onFailure: job.onFailure }),
  });
  const specName = isKeyed ? `spec-${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}` : 'spec';
  const specRef = await artifacts.putJson(`runs/${runId}/${specName}.json`, spec, options);
  try {
    return await queue.submit({
      runId,
      target: spec.target,
      ...(job.server === undefined ? {} : { server: job.server }),
      spec: specRef,
      priority: spec.priority,
      ...(spec.onFailure === undefined ? {} : { onFailure: spec.onFailure }),
    });
  } catch (error) {
    // Nobody will read what was stored for a run that there isn't.
    if (!isKeyed && isDefinite(error)) await artifacts.deletePrefix(`runs/${runId}`).catch(() => {});
    throw error;
  }
}

/** False when the submission may have come through although its answer didn't. */
function isDefinite(error: unknown): boolean {
  return isHyperferryError(error) && error.code !== 'QUEUE_UNREACHABLE';
}
