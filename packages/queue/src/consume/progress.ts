import type { RunProgress, Stage } from '@hyperferry/schema';

import { runKey } from '../lines/lines.ts';
import { runJobId, type StageJobData } from '../runs/job-data.ts';
import { sendRunSignal } from '../runs/run-signals.ts';
import { createPace } from './pace.ts';
import type { Runtime } from './runtime.ts';

const minGapMs = 150;
const boardGapMs = 1000;

export interface ProgressSink {
  readonly emit: (progress: Omit<RunProgress, 'stage'>) => void;
  /** Sends what is still held back. */
  flush(): Promise<void>;
}

/** Passes a stage's progress on: to the record and those who wait at once or soon, to the board once a second. */
export function createProgressSink(runtime: Runtime, stage: Stage, data: StageJobData): ProgressSink {
  const pace = createPace();
  let pending: RunProgress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sentMs = -Infinity;
  let boardMs = -Infinity;
  let sending: Promise<void> = Promise.resolve();

  const send = async (progress: RunProgress): Promise<void> => {
    const json = JSON.stringify(progress);
    try {
      const writes: Promise<unknown>[] = [
        runtime.redis.hset(runKey(data.runId), 'progress', json),
        sendRunSignal(runtime.redis, data.runId, `progress:${json}`),
      ];
      if (performance.now() - boardMs > boardGapMs || progress.state !== 'running') {
        boardMs = performance.now();
        writes.push(runtime.runs.updateJobProgress(runJobId(data), progress));
      }
      await Promise.all(writes);
    } catch {
      // Progress is a courtesy: the board's job may be gone, the server may be away.
    }
  };
  const sendPending = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (pending === undefined) return;
    const progress = pending;
    pending = undefined;
    sentMs = performance.now();
    sending = sending.then(() => send(progress));
  };
  return {
    emit(progress) {
      pending = { ...pace.measure(progress), stage };
      const waitMs = sentMs + minGapMs - performance.now();
      if (waitMs <= 0 || progress.state !== 'running') sendPending();
      else timer ??= setTimeout(sendPending, waitMs);
    },
    async flush() {
      sendPending();
      await sending;
    },
  };
}
