import { QueueError } from '../errors.ts';

/** Why an execution is stopped from outside: it gives its job back, or lost it to another worker. */
export type StopKind = 'hand-back' | 'lock-lost';

/** The abort reason of an execution that ends without an outcome. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly kind: StopKind;

  constructor(kind: StopKind) {
    super(kind === 'hand-back' ? 'handed back to the queue' : 'another worker has taken over');
    this.kind = kind;
  }
}

/** The kind of stop that a signal tells, or undefined where it was no stop of ours. */
export function stopKindOf(signal: AbortSignal): StopKind | undefined {
  return signal.aborted && signal.reason instanceof Stopped ? signal.reason.kind : undefined;
}

/** Why a run is to stop, by what its record says: its time is up, or somebody has cancelled it. */
export function stopError(runId: string, cancel: string): QueueError {
  if (cancel === 'timeout') return new QueueError('RUN_TIMEOUT', `run ${runId} took longer than it may`);
  return new QueueError('RUN_CANCELLED', `run ${runId} was cancelled`);
}
