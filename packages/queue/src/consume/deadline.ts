import { QueueError } from '../errors.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Aborts with STAGE_TIMEOUT after the given time; never without one. */
export function startDeadline(timeoutMs: number | undefined, what: string): Deadline {
  const controller = new AbortController();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => controller.abort(new QueueError('STAGE_TIMEOUT', `${what} took longer than ${timeoutMs} ms`)),
          timeoutMs,
        );
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
