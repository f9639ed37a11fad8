import { setTimeout as sleep } from 'node:timers/promises';

import type { RunQueue } from '@hyperferry/queue';

const everyMs = 1000;
const releases = 3;

/** Looks after held lines as a person would: lets a run try again, and gives up on it after some times. */
export interface Operator {
  /** Times that a held run was seen and handled. */
  readonly holds: number;
  /** Runs given up although it is not known whether they published. */
  readonly unknown: ReadonlySet<string>;
  /** Ends when the signal fires. */
  work(signal: AbortSignal): Promise<void>;
}

export function createOperator(queue: RunQueue): Operator {
  const released = new Map<string, number>();
  const unknown = new Set<string>();
  let holds = 0;

  const handle = async (runId: string, outcomeUnknown: boolean): Promise<void> => {
    const times = released.get(runId) ?? 0;
    holds += 1;
    if (times < releases) {
      await queue.release(runId);
      released.set(runId, times + 1);
    } else {
      if (outcomeUnknown) unknown.add(runId);
      await queue.skip(runId, { acceptUnknown: true });
    }
  };
  return {
    get holds() {
      return holds;
    },
    unknown,
    async work(signal) {
      while (!signal.aborted) {
        try {
          const { runs } = await queue.listRuns({ states: ['held'], limit: 500 });
          for (const run of runs) await handle(run.runId, run.outcomeUnknown);
        } catch (error) {
          // Redis may be away, and the line may have moved in between: the next round sees.
          const { code } = error as { code?: unknown };
          if (!['QUEUE_UNREACHABLE', 'RUN_STATE_INVALID'].includes(String(code))) throw error;
        }
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    },
  };
}
