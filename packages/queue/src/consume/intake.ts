import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger, Stage } from '@hyperferry/schema';
import type { Worker } from 'bullmq';

/** Says which stages this process can't begin at the moment, for want of something that they need. */
export type RefusedStages = () => Promise<readonly Stage[]>;

/** Decides about each stage job that a process is about to begin. */
export interface Intake {
  /** Has the jobs of a stage depend on the intake. */
  guard(stage: Stage, worker: Worker): void;
  /** Asks now. Of a stage that is refused no more jobs are taken here until it no longer is. */
  refuses(stage: Stage): Promise<boolean>;
  /** Asks again and again until the signal fires. */
  keepAsking(intervalMs: number, signal: AbortSignal): Promise<void>;
}

export function createIntake(ask: RefusedStages, logger: Logger): Intake {
  const workers = new Map<Stage, Worker>();

  const look = async (): Promise<ReadonlySet<Stage>> => {
    const refused = new Set(
      await ask().catch((error: unknown) => {
        logger.warn({ err: error }, 'could not tell whether stages may begin; they do');
        return [];
      }),
    );
    for (const [stage, worker] of workers) {
      if (refused.has(stage) === worker.isPaused()) continue;
      // Here only, and what is active goes on. A worker that waits for a job may still get that one: see `refuses`.
      await (refused.has(stage) ? worker.pause(true) : worker.resume());
    }
    return refused;
  };

  return {
    guard: (stage, worker) => void workers.set(stage, worker),
    refuses: async (stage) => (await look()).has(stage),
    async keepAsking(intervalMs, signal) {
      while (!signal.aborted) {
        await look();
        await sleep(intervalMs, undefined, { signal }).catch(() => {});
      }
    },
  };
}
