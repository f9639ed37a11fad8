import {
  type ArtifactRef,
  type ErrorReport,
  type Report,
  type RunProgress,
  runProgressSchema,
  type Target,
} from '@hyperferry/schema';

import { runJobId } from './job-data.ts';
import type { RunRecord, RunState, TableauSite } from '../lines/run-record.ts';

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
    cancelRequested: record.cancel !== '',
    ...(progress.success ? { progress: progress.data } : {}),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.report === undefined ? {} : { report: record.report }),
    ...(record.supersededBy === undefined ? {} : { supersededBy: record.supersededBy }),
    ...(record.healedBy === undefined ? {} : { healedBy: record.healedBy }),
  };
}
