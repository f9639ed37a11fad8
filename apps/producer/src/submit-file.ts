import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

import { createRunId } from '@hyperferry/queue';
import { type JobSpec, parseJobSpec, type Target } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';

import type { OpenedQueue } from './open-queue.ts';

export interface FileJob {
  readonly path: string;
  readonly target: Target;
  readonly server: { readonly url: string; readonly site: string };
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
  const artifact = await artifacts.put(`runs/${runId}/source/source`, createReadStream(file.path), options);
  const spec: JobSpec = parseJobSpec({
    source: { kind: 'artifact', name: basename(job.path), artifact },
    target: job.target,
    ...(job.columns === undefined ? {} : { columns: job.columns }),
    ...(job.types === undefined ? {} : { types: job.types }),
    ...(job.allowEmpty === true ? { allowEmpty: true } : {}),
    ...(job.onFailure === undefined ? {} : { onFailure: job.onFailure }),
  });
  const specRef = await artifacts.putJson(`runs/${runId}/spec.json`, spec, options);
  return await queue.submit({
    runId,
    target: spec.target,
    server: job.server,
    spec: specRef,
    priority: spec.priority,
    ...(spec.onFailure === undefined ? {} : { onFailure: spec.onFailure }),
  });
}
