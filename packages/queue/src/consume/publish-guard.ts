import { channel } from 'node:diagnostics_channel';

import { QueueError } from '../errors.ts';
import type { StageClaim } from '../lines/lines.ts';
import { stopError, stopKindOf } from './stop-reason.ts';
import type { Runtime, Taken } from './runtime.ts';
import type { SendPermit } from './stage-job.ts';

/** A permit is good for this long, from before the question to the write. */
const permitMs = 1000;

/** Told `{ runId }` between the line's answer and the check of the clock: the gap in which a frozen worker does harm. */
const permitted = channel('hyperferry:publish-permitted');

export interface PublishGuard {
  readonly confirm: () => Promise<SendPermit>;
  readonly settle: () => Promise<void>;
  /** True while an intent is open, inherited or our own: then a request may be under way, or may have taken effect. */
  mayHaveSent(): boolean;
  /** True when the only open intent is that of a permit of this execution. */
  isOnlyOurs(): boolean;
}

/**
 * The gate before the irreversible request: the lease is renewed, the fence compared and the intent recorded, and the
 * answer is worth something for a second only, by a monotonic clock that starts before the question.
 */
export function createPublishGuard(
  runtime: Runtime,
  taken: Taken<unknown>,
  claim: StageClaim,
  inheritedIntent: boolean,
): PublishGuard {
  let inherited = inheritedIntent;
  let permit = false;
  const settle = async (): Promise<void> => {
    const reply = await runtime.lines.settle(claim);
    if (reply.status !== 'ok') throw stale(claim);
    inherited = false;
    permit = false;
  };
  return {
    settle,
    mayHaveSent: () => inherited || permit,
    isOnlyOurs: () => permit && !inherited,
    async confirm() {
      const askedMs = performance.now();
      const assertFresh = (): void => {
        const ageMs = performance.now() - askedMs;
        if (ageMs > permitMs) {
          throw new QueueError(
            'RUN_CONFIRM_EXPIRED',
            `${Math.round(ageMs)} ms since the line was asked for run ${claim.runId}`,
          );
        }
      };
      if (stopKindOf(taken.signal) === 'lock-lost') throw stale(claim);
      taken.signal.throwIfAborted();
      // 0 means that the lease is lost; it does not throw.
      if ((await taken.job.extendLock(taken.token, runtime.lease.lockMs)) !== 1) throw stale(claim);
      const reply = await runtime.lines.confirm(claim);
      if (reply.status === 'cancelled') throw stopError(claim.runId, reply.cancel ?? '');
      if (reply.status !== 'ok') throw stale(claim);
      permit = true;
      permitted.publish({ runId: claim.runId });
      assertFresh();
      return { assertFresh };
    },
  };
}

function stale(claim: StageClaim): QueueError {
  return new QueueError('RUN_STALE', `another execution has taken over ${claim.stage} of run ${claim.runId}`);
}
