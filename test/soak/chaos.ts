import { setTimeout as sleep } from 'node:timers/promises';

import type { RunQueue } from '@hyperferry/queue';

import type { SoakOptions } from './options.ts';
import { pauseForAWhile } from './pauses.ts';
import { planRuns } from './plan.ts';
import { createRandom } from './random.ts';
import type { SoakRedis } from './redis.ts';
import type { WorkerSlot, Workers } from './workers.ts';

export interface ChaosCounts {
  kills: number;
  stops: number;
  restarts: number;
  /** Times that something was paused for a while. */
  pauses: number;
}

/** Average pauses between two strokes of one kind. */
const pausesMs = { kill: 7000, stop: 15_000, redis: 30_000, pause: 12_000 } as const;

/** What even a short soak must have seen. */
const least = { kills: 3, restarts: 1, pauses: 1 } as const;

export interface Chaos {
  readonly counts: ChaosCounts;
  /** True when what must be seen has been seen. */
  isEnough(): boolean;
  /** Settles after the signal, when everything is running again. */
  readonly ended: Promise<void>;
}

/** Kills and freezes workers, kills Redis and pauses this and that, from `begin` until the signal fires. */
export function startChaos(
  begin: Promise<void>,
  options: SoakOptions,
  { workers, redis, queue }: { readonly workers: Workers; readonly redis: SoakRedis; readonly queue: RunQueue },
  signal: AbortSignal,
): Chaos {
  const counts = { kills: 0, stops: 0, restarts: 0, pauses: 0 };
  const { troubles, seed, runs } = options;
  const random = createRandom(seed + 1);
  const pace = Math.min(1, Math.max(0.5, runs / 300));
  const awake = (): WorkerSlot[] => workers.slots.filter((slot) => !slot.stopped);
  const again = async (pauseMs: number, stroke: () => Promise<void>): Promise<void> => {
    await begin;
    while (!signal.aborted) {
      await sleep(pace * pauseMs * (0.5 + random.next()), undefined, { signal }).catch(() => {});
      if (!signal.aborted) await stroke();
    }
  };
  const strokes: Promise<void>[] = [];
  if (troubles.has('kill')) {
    strokes.push(
      again(pausesMs.kill, async () => {
        workers.kill(random.pick(workers.slots));
        counts.kills += 1;
      }),
    );
  }
  if (troubles.has('stop')) {
    strokes.push(
      again(pausesMs.stop, async () => {
        const slots = awake();
        if (slots.length < 2) return;
        counts.stops += 1;
        // Longer than lease and stalled check together: the work is taken over before it wakes up.
        await workers.freeze(random.pick(slots), random.int(4500, 7000));
      }),
    );
  }
  if (troubles.has('redis')) {
    strokes.push(
      again(pausesMs.redis, async () => {
        await redis.kill();
        await sleep(random.int(200, 2500));
        await redis.start();
        counts.restarts += 1;
      }),
    );
  }
  if (troubles.has('pause')) {
    const targets = [...new Set(planRuns(options).map(({ target }) => target))];
    strokes.push(
      again(pausesMs.pause, async () => {
        await pauseForAWhile(queue, targets, random);
        counts.pauses += 1;
      }),
    );
  }
  return {
    counts,
    isEnough: () =>
      (counts.kills >= least.kills || !troubles.has('kill')) &&
      (counts.restarts >= least.restarts || !troubles.has('redis')) &&
      (counts.pauses >= least.pauses || !troubles.has('pause')),
    ended: Promise.all(strokes).then(() => undefined),
  };
}
