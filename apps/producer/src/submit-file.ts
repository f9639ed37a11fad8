import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

import { createRunId, type RunQueue } from '@hyperferry/queue';
import { type ArtifactRef, isHyperferryError, type JobSpec, parseJobSpec, type Target } from '@hyperferry/schema';
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
  /** 1 (first) to 1000, among targets only. Default: 100. */
  readonly priority?: number | undefined;
  /** Idempotency key of the caller: the same key is the same run. */
  readonly runId?: string | undefined;
}

/**
 * Submits a run for a file of this machine. The file's bytes go into the artifact store first, with their hash taken
 * on the way, so that every attempt of the run reads the same.
 * @throws {HyperferryError} SOURCE_*, SPEC_INVALID, ARTIFACT_*, QUEUE_UNREACHABLE
 */
export async function submitFile(job: FileJob, opened: OpenedQueue, signal?: AbortSignal) {
  const { queue, artifacts } = opened;
  const file = await checkSourceFile(job.path);
  const runId = job.runId ?? createRunId();
  const options = signal === undefined ? {} : { signal };
  // A key that is used again must neither change what its run reads nor look like another submission: the artifacts of
  // keyed runs are named by their content.
  const isKeyed = job.runId !== undefined;
  const identity = isKeyed ? await readIdentity(file, options) : undefined;
  const sourceKey = `runs/${runId}/source/${identity?.sha256 ?? 'source'}`;
  // A run that has succeeded reads nothing any more: what was removed at its end must not come back.
  const { sizeBytes = 0, sha256 = '' } = (await hasSucceeded(queue, job.runId)) ? (identity ?? {}) : {};
  const artifact =
    sha256 === ''
      ? await artifacts.put(sourceKey, createReadStream(file.path), options)
      : { key: sourceKey, sizeBytes, sha256 };
  const spec: JobSpec = parseJobSpec({
    source: { kind: 'artifact', name: basename(job.path), artifact },
    target: job.target,
    ...(job.columns === undefined ? {} : { columns: job.columns }),
    ...(job.types === undefined ? {} : { types: job.types }),
    ...(job.allowEmpty === true ? { allowEmpty: true } : {}),
    ...(job.onFailure === undefined ? {} : { onFailure: job.onFailure }),
    ...(job.priority === undefined ? {} : { priority: job.priority }),
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
    if (isKeyed && isDefinite(error)) await dropUnused(runId, [specRef, artifact], opened).catch(() => {});
    throw error;
  }
}

/** False when the submission may have come through although its answer didn't. */
function isDefinite(error: unknown): boolean {
  return isHyperferryError(error) && error.code !== 'QUEUE_UNREACHABLE';
}

async function hasSucceeded(queue: RunQueue, runId: string | undefined): Promise<boolean> {
  if (runId === undefined) return false;
  try {
    return (await queue.getRun(runId)).state === 'succeeded';
  } catch (error) {
    if (isHyperferryError(error) && error.code === 'RUN_UNKNOWN') return false;
    throw error;
  }
}

/** Removes what was stored under a key that belongs to another submission, unless that one has the very same file. */
async function dropUnused(
  runId: string,
  stored: readonly ArtifactRef[],
  { queue, artifacts }: OpenedQueue,
): Promise<void> {
  const { spec } = await queue.getRun(runId);
  const { source } = parseJobSpec(await artifacts.fetchJson(spec));
  const used = [spec.key, ...(source.kind === 'artifact' ? [source.artifact.key] : [])];
  for (const { key } of stored) if (!used.includes(key)) await artifacts.delete(key);
}
