import type { ArtifactRef, Stage, StageReport, Target } from '@hyperferry/schema';

import type { TableauSite } from '../lines/run-record.ts';
import type { StageInputs, StageResults } from '../runs/job-data.ts';

/** A run that this worker coordinates, as its handler sees it. */
export interface ActiveRun {
  readonly runId: string;
  readonly target: Target;
  readonly server: TableauSite;
  /** The job spec in the artifact store. */
  readonly spec: ArtifactRef;
  /** 1, and one more for each retry or release. */
  readonly generation: number;
  readonly submittedAt: string;
  /** Ends the coordination: cancelled, handed back, taken over or out of time. */
  readonly signal: AbortSignal;
  /**
   * Has a stage done by some worker and waits for it. A stage that was done in an earlier generation or by an earlier
   * coordinator is not done again: its result is returned at once.
   * @throws the stage's error with its code; RUN_CANCELLED
   */
  stage<S extends Stage>(stage: S, input: StageInputs[S]): Promise<StageResults[S]>;
  /** The report of the stage that failed or was cancelled; undefined where none has begun and ended so. */
  failedStage(): StageReport | undefined;
  /** By the clock of Redis, as all times of a run. */
  now(): Date;
}
