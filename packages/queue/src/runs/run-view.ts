import {
  type ArtifactRef,
  type ErrorReport,
  isHyperferryError,
  type Report,
  type RunProgress,
  runProgressSchema,
  type Target,
  toErrorReport,
} from '@hyperferry/schema';

import { readFields, recordOf } from '../lines/lines.ts';
import { type RunRecord, runRecordSchema, type RunState, type TableauSite } from '../lines/run-record.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { runJobId } from './job-data.ts';

/** A run as its users see it. Times are ISO strings. */
export interface RunView {
  readonly runId: string;
  /** Its job on the BullMQ queue `runs`, while it has one. */
  readonly jobId: string;
  readonly state: RunState;
  readonly target: Target;
  readonly server: TableauSite;
  readonly spec: ArtifactRef;
  readonly priority: number;
  readonly onFailure: 'continue' | 'hold';
  /** 1, and one more for each retry or release. */
  readonly generation: number;
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** True when it is not known whether the last publish took effect. */
  readonly outcomeUnknown: boolean;
  readonly cancelRequested: boolean;
  readonly progress?: RunProgress;
  readonly error?: ErrorReport;
  readonly report?: Report;
  readonly supersededBy?: string;
  /** The waiting runs that it replaced when it was submitted. */
  readonly supersedes?: readonly string[];
  readonly healedBy?: string;
}

export function viewOf(runId: string, record: RunRecord): RunView {
  const progress = runProgressSchema.safeParse(record.progress);
  return {
    runId,
    jobId: runJobId({ runId, n: record.n }),
    state: record.state,
    target: record.target,
    server: record.server,
    spec: record.spec,
    priority: record.priority,
    onFailure: record.onFailure,
    generation: record.gen,
    submittedAt: new Date(record.submittedAt).toISOString(),
    ...(record.startedAt === undefined ? {} : { startedAt: new Date(record.startedAt).toISOString() }),
    ...(record.endedAt === undefined ? {} : { endedAt: new Date(record.endedAt).toISOString() }),
    outcomeUnknown: record.intent !== '' && record.state !== 'running' && record.state !== 'waiting',
    cancelRequested: record.cancel !== '' && record.cancel !== 'timeout',
    ...(progress.success ? { progress: progress.data } : {}),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.report === undefined ? {} : { report: record.report }),
    ...(record.supersededBy === undefined ? {} : { supersededBy: record.supersededBy }),
    ...(record.supersedes === undefined ? {} : { supersedes: record.supersedes }),
    ...(record.healedBy === undefined ? {} : { healedBy: record.healedBy }),
  };
}

/** A run as it stands in Redis, or undefined where none is known. One that can't be read is shown as far as it can be. */
export async function readView(redis: RedisClient, runId: string): Promise<RunView | undefined> {
  const fields = await readFields(redis, runId);
  try {
    const record = recordOf(runId, fields);
    return record && viewOf(runId, record);
  } catch (error) {
    if (isHyperferryError(error) && error.code === 'RUN_UNREADABLE') return unreadableView(runId, fields, error);
    throw error;
  }
}

const unreadable = '(unreadable)';

/** Each field that can be read, and of the others what stands for nothing; the error says which they are. */
function unreadableView(runId: string, fields: Readonly<Record<string, string>>, error: unknown): RunView {
  const { shape } = runRecordSchema;
  const record: RunRecord = {
    v: 0,
    line: '',
    state: shape.state.catch('failed').parse(fields['state']),
    mode: '',
    gen: shape.gen.catch(0).parse(fields['gen']),
    n: shape.n.catch(0).parse(fields['n']),
    first: 0,
    fence: '',
    intent: fields['intent'] ?? '',
    cancel: fields['cancel'] ?? '',
    priority: shape.priority.catch(0).parse(fields['priority']),
    onFailure: shape.onFailure.catch('continue').parse(fields['onFailure']),
    target: shape.target
      .catch({ connection: unreadable, project: unreadable, name: unreadable, mode: 'createOrOverwrite' })
      .parse(fields['target']),
    server: shape.server.catch({ url: unreadable, site: '' }).parse(fields['server']),
    spec: shape.spec.catch({ key: unreadable, sizeBytes: 0, sha256: '' }).parse(fields['spec']),
    submittedAt: shape.submittedAt.catch(0).parse(fields['submittedAt']),
    error: toErrorReport(error),
  };
  return viewOf(runId, record);
}
