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

/** So many workers may be killed, starting or frozen when the next blow falls. */
const mostAway = 1;

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
  const isEnough = (): boolean =>
    (counts.kills >= least.kills || !troubles.has('kill')) &&
    (counts.restarts >= least.restarts || !troubles.has('redis')) &&
    (counts.pauses >= least.pauses || !troubles.has('pause'));
  // A short soak is struck more often, until it has seen what it must.
  const pace = (): number => (isEnough() ? 1 : Math.min(1, Math.max(0.5, runs / 300)));
  const again = async (pauseMs: number, stroke: () => Promise<void>): Promise<void> => {
    await begin;
    while (!signal.aborted) {
      await sleep(pace() * pauseMs * (0.5 + random.next()), undefined, { signal }).catch(() => {});
      if (!signal.aborted) await stroke();
    }
  };
  /** The workers that take jobs. Where starting takes long, blow upon blow would leave none to do the work. */
  const ready = async (): Promise<readonly WorkerSlot[]> => {
    while (!signal.aborted) {
      const known = (await queue.listWorkers().catch(() => [])).filter(({ state }) => state === 'running');
      const taking = (slot: WorkerSlot) => known.find(({ pid }) => pid === slot.child.pid && !slot.stopped);
      const slots = workers.slots.filter((slot) => taking(slot) !== undefined);
      // Those that have something to lose.
      const busy = slots.filter((slot) => (taking(slot)?.jobs.length ?? 0) > 0);
      if (slots.length >= workers.slots.length - mostAway) return busy.length > 0 ? busy : slots;
      await sleep(200, undefined, { signal }).catch(() => {});
    }
    return [];
  };
  const strokes: Promise<void>[] = [];
  if (troubles.has('kill')) {
    strokes.push(
      again(pausesMs.kill, async () => {
        const slots = await ready();
        if (slots.length === 0) return;
        workers.kill(random.pick(slots));
        counts.kills += 1;
      }),
    );
  }
  if (troubles.has('stop')) {
    strokes.push(
      again(pausesMs.stop, async () => {
        const slots = await ready();
        if (slots.length === 0) return;
        counts.stops += 1;
        // Longer than lease and stalled check together: the work is taken over before it wakes up.
        await workers.freeze(random.pick(slots), random.int(4500, 7000));
      }),
    );
  }
  if (troubles.has('redis')) {
    strokes.push(
      again(pausesMs.redis, async () => {
        if ((await ready()).length === 0) return;
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
    isEnough,
    ended: Promise.all(strokes).then(() => undefined),
  };
}
