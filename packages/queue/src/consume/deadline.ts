import { setTimeout as sleep } from 'node:timers/promises';

import { QueueError } from '../errors.ts';
import type { Runtime } from './runtime.ts';
import { stopError } from './stop-reason.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Node's timers can't wait longer. */
const longestMs = 2 ** 31 - 1;
const tellAgainMs = 1000;

/** Aborts with STAGE_TIMEOUT after the given time; never without one. */
export function startDeadline(timeoutMs: number | undefined, what: string): Deadline {
  const controller = new AbortController();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => controller.abort(new QueueError('STAGE_TIMEOUT', `${what} took longer than ${timeoutMs} ms`)),
          Math.min(timeoutMs, longestMs),
        );
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/**
 * The time of a run, counted from its first start, whoever coordinated it since. When it is up, whoever does its stage is
 * told to stop, as at a cancel: the stage's end is waited for, and with it a publish that is under way. Only where no
 * stage is waited for, the signal ends the coordination.
 */
export function startRunDeadline(
  { lines, deadlines: { runMs }, logger }: Runtime,
  run: { readonly runId: string; readonly fence: string; readonly ageMs: number },
  isWaiting: () => boolean,
): Deadline {
  const controller = new AbortController();
  const stopped = new AbortController();
  const { runId, fence, ageMs } = run;
  const tell = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await lines.timeOut(runId, fence);
        break;
      } catch (error) {
        logger.warn({ runId, err: error }, 'could not tell that the time of a run is up; trying again');
      }
      await sleep(tellAgainMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
    if (!stopped.signal.aborted && !isWaiting()) controller.abort(stopError(runId, 'timeout'));
  };
  const timer =
    runMs === undefined ? undefined : setTimeout(() => void tell(), Math.min(Math.max(0, runMs - ageMs), longestMs));
  return {
    signal: controller.signal,
    stop() {
      clearTimeout(timer);
      stopped.abort();
    },
  };
}
