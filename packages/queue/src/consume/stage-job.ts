import type { ArtifactRef, RunProgress, Stage, StageReport } from '@hyperferry/schema';

import type { StageInputs, StageResults } from '../runs/job-data.ts';

/** Permission to send the one irreversible request of a publish, for less than a second. */
export interface SendPermit {
  /**
   * Call in the same tick as the write to the connected socket.
   * @throws {QueueError} RUN_CONFIRM_EXPIRED when a second has passed since the question: then nothing may be sent
   */
  assertFresh(): void;
}

/** A short text of a stage, kept with its run until it is cleared: what one execution tells those after it. */
export interface StageNote {
  /** `ageMs`: since it was written, or since the permit to send where that came later; by the clock of Redis. */
  read(): Promise<{ readonly text: string; readonly ageMs: number } | undefined>;
  /** @throws {QueueError} RUN_STALE when another execution has taken over */
  write(text: string): Promise<void>;
  clear(): Promise<void>;
}

/** One execution of a stage, as its handler sees it. */
export interface StageJob<S extends Stage = Stage> {
  readonly runId: string;
  readonly stage: S;
  /** The job spec in the artifact store. */
  readonly spec: ArtifactRef;
  readonly input: StageInputs[S];
  /** 1 for the first attempt of this generation. Rescues and hand-backs don't count. */
  readonly attempt: number;
  /** 1, and one more for each retry or release of the run. */
  readonly generation: number;
  /** What the stage reports when it is done; times by the clock of Redis. */
  readonly report: () => StageReport;
  /** Ends the execution: cancelled, taken over, handed back or out of time. */
  readonly signal: AbortSignal;
  /** Reports progress; cheap, may be called often, never throws. */
  readonly emit: (progress: Omit<RunProgress, 'stage'>) => void;
  /**
   * True when an earlier execution may have sent its request and its outcome is unknown: look at the published state
   * first (publishes in progress too). Found: return the result. Surely absent: call `settle`, then go on. In doubt: without
   * `settle` the run is held as unknown, unless it succeeds by sending again what may be sent twice.
   */
  readonly inheritedIntent: boolean;
  /**
   * True when another run of this line has published, or may have, since the request of the inherited intent: then a
   * data source that has changed doesn't show whose rows it holds.
   */
  readonly publishedSince: boolean;
  /**
   * Asks for the permit to send. Publish stage only.
   * @throws {QueueError} RUN_STALE (another execution has taken over), RUN_CANCELLED, RUN_CONFIRM_EXPIRED
   */
  readonly confirm: () => Promise<SendPermit>;
  /** Says that nothing was published: after a definite refusal, or after looking and finding nothing. */
  readonly settle: () => Promise<void>;
  readonly note: StageNote;
}

export type StageHandler<S extends Stage> = (job: StageJob<S>) => Promise<StageResults[S]>;
