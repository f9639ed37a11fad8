import { setTimeout as sleep } from 'node:timers/promises';

import type { RunQueue } from '@hyperferry/queue';

import { createRandom } from './random.ts';

const everyMs = 1000;
const releases = 3;
/** Half of what failed is worth another attempt to somebody. */
const retryChance = 0.5;

/**
 * Looks after runs as a person would: lets a held one try again and gives up on it after some times; retries some of
 * those that failed.
 */
export interface Operator {
  /** Times that a held run was seen and handled. */
  readonly holds: number;
  /** Runs given up although it is not known whether they published. */
  readonly unknown: ReadonlySet<string>;
  /** Failed runs that were put into their lines again. */
  readonly retries: number;
  /** Retries nothing any more. */
  calm(): Promise<void>;
  /** Ends when the signal fires. */
  work(signal: AbortSignal): Promise<void>;
}

export function createOperator(queue: RunQueue, seed: number): Operator {
  const released = new Map<string, number>();
  const unknown = new Set<string>();
  const seen = new Set<string>();
  const random = createRandom(seed + 2);
  let holds = 0;
  let retries = 0;
  let isCalm = false;
  let round: Promise<void> = Promise.resolve();

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
  const retrySome = async (): Promise<void> => {
    const { runs } = await queue.listRuns({ states: ['failed'], limit: 500 });
    for (const { runId } of runs) {
      if (isCalm) return;
      if (seen.has(runId)) continue;
      seen.add(runId);
      if (!random.chance(retryChance)) continue;
      await queue.retry(runId);
      retries += 1;
    }
  };
  const work = async (): Promise<void> => {
    try {
      const { runs } = await queue.listRuns({ states: ['held'], limit: 500 });
      for (const run of runs) await handle(run.runId, run.outcomeUnknown);
      if (!isCalm) await retrySome();
    } catch (error) {
      // Redis may be away, and the line may have moved in between: the next round sees. Newer data stays.
      const { code } = error as { code?: unknown };
      if (!['QUEUE_UNREACHABLE', 'RUN_STATE_INVALID', 'RUN_OUTDATED'].includes(String(code))) throw error;
    }
  };
  return {
    get retries() {
      return retries;
    },
    async calm() {
      isCalm = true;
      await round;
    },
    get holds() {
      return holds;
    },
    unknown,
    async work(signal) {
      while (!signal.aborted) {
        await (round = work());
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    },
  };
}
