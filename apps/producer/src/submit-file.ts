import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

import { createRunId, isRunId, type RunQueue } from '@hyperferry/queue';
import {
  type ArtifactRef,
  HyperferryError,
  isHyperferryError,
  type JobSpec,
  type JobSpecInput,
  parseJobSpec,
} from '@hyperferry/schema';
import { checkSourceFile, readIdentity } from '@hyperferry/sources';
import type { ConnectionSite } from '@hyperferry/tableau';

import type { OpenedQueue } from './open-queue.ts';

/** A job spec without a source, or with one that the workers read, and the file whose content is the source. */
export interface FileJob extends Omit<JobSpecInput, 'source' | 'version'> {
  /** A file of this machine, whose bytes are submitted. Absent: the spec has a source. */
  readonly path?: string;
  readonly source?: JobSpecInput['source'];
  /** Server and site of the target's connection. Default: what the workers mean by its name. */
  readonly server?: ConnectionSite | undefined;
  /** Idempotency key of the caller: the same key is the same run. */
  readonly runId?: string | undefined;
}

/**
 * Submits a run. The bytes of a file of this machine go into the artifact store first, with their hash taken on the way,
 * so that every attempt of the run reads the same.
 * @throws {HyperferryError} USAGE_INVALID for a key that can't be one, SOURCE_*, SPEC_INVALID, ARTIFACT_*, QUEUE_UNREACHABLE
 */
export async function submitFile(job: FileJob, opened: OpenedQueue, signal?: AbortSignal) {
  const { queue, artifacts } = opened;
  const { path, server, runId: key, ...given } = job;
  checkKey(key);
  const runId = key ?? createRunId();
  const options = signal === undefined ? {} : { signal };
  // A key that is used again must neither change what its run reads nor look like another submission: the artifacts of
  // keyed runs are named by their content.
  const isKeyed = key !== undefined;
  const stored: ArtifactRef[] = [];
  const storeFile = async (filePath: string): Promise<ArtifactRef> => {
    const file = await checkSourceFile(filePath);
    const identity = isKeyed ? await readIdentity(file, options) : undefined;
    const sourceKey = `runs/${runId}/source/${identity?.sha256 ?? 'source'}`;
    // A run that has succeeded reads nothing any more: what was removed at its end must not come back.
    if (identity !== undefined && (await hasSucceeded(queue, runId))) {
      return { key: sourceKey, sizeBytes: identity.sizeBytes, sha256: identity.sha256 };
    }
    const artifact = await artifacts.put(sourceKey, createReadStream(file.path), options);
    stored.push(artifact);
    return artifact;
  };
  try {
    const source =
      path === undefined
        ? given.source
        : ({ kind: 'artifact', name: basename(path), artifact: await storeFile(path) } as const);
    const spec: JobSpec = parseJobSpec({ ...given, source });
    const specName = isKeyed ? `spec-${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}` : 'spec';
    const specRef = await artifacts.putJson(`runs/${runId}/${specName}.json`, spec, options);
    stored.push(specRef);
    return await queue.submit({
      runId,
      target: spec.target,
      ...(server === undefined ? {} : { server }),
      spec: specRef,
      priority: spec.priority,
      ...(spec.onFailure === undefined ? {} : { onFailure: spec.onFailure }),
    });
  } catch (error) {
    // Nobody will read what was stored for a run that there isn't.
    if (!isKeyed && isDefinite(error)) await artifacts.deletePrefix(`runs/${runId}`).catch(() => {});
    if (isKeyed && isDefinite(error)) await dropUnused(runId, stored, opened).catch(() => {});
    throw error;
  }
}

/** To be called before anything is stored under a key. @throws {HyperferryError} USAGE_INVALID */
export function checkKey(key: string | undefined): void {
  if (key === undefined || isRunId(key)) return;
  const rule = 'a key has 1 to 64 letters, digits, - and _, and begins with a letter or digit';
  throw new HyperferryError('USAGE_INVALID', `${rule}: ${JSON.stringify(key.slice(0, 80))} is none`);
}

/** False when the submission may have come through although its answer didn't. */
function isDefinite(error: unknown): boolean {
  return isHyperferryError(error) && error.code !== 'QUEUE_UNREACHABLE';
}

async function hasSucceeded(queue: RunQueue, runId: string): Promise<boolean> {
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
