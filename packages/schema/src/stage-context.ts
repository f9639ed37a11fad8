import type { Logger } from './logger.ts';
import type { RunProgress } from './run-event.ts';

/** What every step gets beside its input. */
export interface StageContext {
  readonly runId: string;
  readonly logger: Logger;
  /** Ends the step: engine queries are cancelled, uploads stopped, temporary files removed. */
  readonly signal: AbortSignal;
  /** A private folder on local disk that is removed after the stage. */
  readonly scratchDir: string;
  /** Reports progress; cheap, may be called often, never throws. */
  emit(progress: Omit<RunProgress, 'stage'>): void;
}
