import { type RunProgress, runProgressSchema } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import { isEnded, type RunState } from '../lines/run-record.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { isConnectionError, withinReach } from '../redis/fail-fast.ts';
import type { QueueAccess } from './queue-access.ts';
import type { RunSignals } from './run-signals.ts';
import { readView, type RunView } from './run-view.ts';
import { readWaitReasons, type WaitReason } from './run-wait.ts';
import { createWake } from './wake.ts';

export interface WaitForRunOptions {
  readonly signal?: AbortSignal;
  /** Called with every new progress, the latest first when joined late. Must not throw. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called at every change of state, and once at the start. */
  readonly onState?: (state: RunState) => void;
  /** Called when the run doesn't go on for 2 s, and when the reasons change; none when it goes on. Default: not asked. */
  readonly onWait?: (reasons: readonly WaitReason[]) => void;
  /** Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

interface WaitContext {
  readonly access: QueueAccess;
  readonly signals: RunSignals;
  readonly connection: QueueConnection;
}

const pollMs = 1000;
const outageLimitMs = 30_000;
const askAgainMs = 2000;

/**
 * Follows a run by its signals, and by looking at its record every second, until it has ended or is held.
 * @throws {QueueError} RUN_WAIT_TIMEOUT, or RUN_HELD where the time was spent behind a held run
 */
export async function waitForRun(context: WaitContext, runId: string, options: WaitForRunOptions): Promise<RunView> {
  const { signal, onProgress, onState, onWait, timeoutMs } = options;
  const { redis } = context.access;
  const within = <T>(action: () => Promise<T>): Promise<T> => withinReach(redis, context.connection.describe, action);
  const startedMs = performance.now();
  let askedMs = startedMs;
  let lastReasons: readonly WaitReason[] = [];
  const wake = createWake();
  let lastProgress = '';
  let lastState: RunState | undefined;
  const tell = (json: string): void => {
    if (json === lastProgress) return;
    lastProgress = json;
    const progress = runProgressSchema.safeParse(JSON.parse(json));
    if (progress.success) onProgress?.(progress.data);
  };
  const stop = await context.signals.listen(runId, (message) => {
    if (message.startsWith('progress:')) tell(message.slice('progress:'.length));
    else wake.ring();
  });
  let awaySinceMs: number | undefined;
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const run = await within(() => readView(redis, runId));
        awaySinceMs = undefined;
        if (run === undefined) throw new QueueError('RUN_UNKNOWN', `no run ${runId}`);
        if (run.progress !== undefined) tell(JSON.stringify(run.progress));
        if (run.state !== lastState) onState?.((lastState = run.state));
        if (isEnded(run.state) || run.state === 'held') return run;
        const isLate = performance.now() - startedMs >= (timeoutMs ?? Infinity);
        if (isLate || (onWait !== undefined && performance.now() - askedMs >= askAgainMs)) {
          const reasons = await within(() => readWaitReasons(context.access, runId));
          if (isLate) throw timedOut(runId, timeoutMs ?? 0, reasons);
          if (JSON.stringify(reasons) !== JSON.stringify(lastReasons)) onWait?.(reasons);
          lastReasons = reasons;
          askedMs = performance.now();
        }
      } catch (error) {
        const away = isConnectionError(error) || (error as { code?: unknown }).code === 'QUEUE_UNREACHABLE';
        awaySinceMs ??= performance.now();
        if (!away || performance.now() - awaySinceMs > outageLimitMs) throw error;
      }
      await wake.wait(Math.min(pollMs, Math.max(1, startedMs + (timeoutMs ?? Infinity) - performance.now())), signal);
    }
  } finally {
    stop();
  }
}

function timedOut(runId: string, timeoutMs: number, reasons: readonly WaitReason[]): QueueError {
  const held = reasons.find((reason) => reason.kind === 'held');
  const details = { reasons };
  if (held === undefined) {
    return new QueueError('RUN_WAIT_TIMEOUT', `run ${runId} has not ended within ${timeoutMs / 1000} s`, { details });
  }
  return new QueueError('RUN_HELD', `run ${runId} waits behind run ${held.runId}, which is held`, { details });
}
