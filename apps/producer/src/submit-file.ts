import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

import { createRunId } from '@hyperferry/queue';
import { isHyperferryError, type JobSpec, type JobSpecInput, parseJobSpec } from '@hyperferry/schema';
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
 * @throws {HyperferryError} SOURCE_*, SPEC_INVALID, ARTIFACT_*, QUEUE_UNREACHABLE
 */
export async function submitFile(job: FileJob, { queue, artifacts }: OpenedQueue, signal?: AbortSignal) {
  const { path, server, runId: key, ...given } = job;
  const runId = key ?? createRunId();
  const options = signal === undefined ? {} : { signal };
  // A key that is used again must neither change what its run reads nor look like another submission: the artifacts of
  // keyed runs are named by their content.
  const isKeyed = key !== undefined;
  const storeFile = async (filePath: string): Promise<JobSpecInput['source']> => {
    const file = await checkSourceFile(filePath);
    const sourceName = isKeyed ? (await readIdentity(file, options)).sha256 : 'source';
    const artifact = await artifacts.put(`runs/${runId}/source/${sourceName}`, createReadStream(file.path), options);
    return { kind: 'artifact', name: basename(filePath), artifact };
  };
  try {
    const source = path === undefined ? given.source : await storeFile(path);
    const spec: JobSpec = parseJobSpec({ ...given, source });
    const specName = isKeyed ? `spec-${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}` : 'spec';
    const specRef = await artifacts.putJson(`runs/${runId}/${specName}.json`, spec, options);
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
    throw error;
  }
}

/** False when the submission may have come through although its answer didn't. */
function isDefinite(error: unknown): boolean {
  return isHyperferryError(error) && error.code !== 'QUEUE_UNREACHABLE';
}
