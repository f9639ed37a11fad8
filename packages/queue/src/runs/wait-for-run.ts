import { type RunProgress, runProgressSchema } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import { isEnded, type RunState } from '../lines/run-record.ts';
import type { RedisClient } from '../lines/run-script.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { isConnectionError, withinReach } from '../redis/fail-fast.ts';
import type { RunSignals } from './run-signals.ts';
import { readView, type RunView } from './run-view.ts';
import { createWake } from './wake.ts';

export interface WaitForRunOptions {
  readonly signal?: AbortSignal;
  /** Called with every new progress, the latest first when joined late. Must not throw. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called at every change of state, and once at the start. */
  readonly onState?: (state: RunState) => void;
}

interface WaitContext {
  readonly redis: RedisClient;
  readonly signals: RunSignals;
  readonly connection: QueueConnection;
}

const pollMs = 1000;
const outageLimitMs = 30_000;

/** Follows a run by its signals, and by looking at its record every second, until it has ended or is held. */
export async function waitForRun(context: WaitContext, runId: string, options: WaitForRunOptions): Promise<RunView> {
  const { signal, onProgress, onState } = options;
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
        const run = await withinReach(context.redis, context.connection.describe, () => readView(context.redis, runId));
        awaySinceMs = undefined;
        if (run === undefined) throw new QueueError('RUN_UNKNOWN', `no run ${runId}`);
        if (run.progress !== undefined) tell(JSON.stringify(run.progress));
        if (run.state !== lastState) onState?.((lastState = run.state));
        if (isEnded(run.state) || run.state === 'held') return run;
      } catch (error) {
        const away = isConnectionError(error) || (error as { code?: unknown }).code === 'QUEUE_UNREACHABLE';
        awaySinceMs ??= performance.now();
        if (!away || performance.now() - awaySinceMs > outageLimitMs) throw error;
      }
      await wake.wait(pollMs, signal);
    }
  } finally {
    stop();
  }
}
