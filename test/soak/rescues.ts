import { setTimeout as sleep } from 'node:timers/promises';

import type { QueueConnection } from '@hyperferry/queue';

type Client = ReturnType<QueueConnection['open']>;
const queues = ['runs', 'parse', 'extract', 'publish'];
const everyMs = 500;

export interface RescueCount {
  /** Jobs that were taken from a worker that had said nothing for too long. */
  readonly count: number;
  stop(): Promise<void>;
}

/** Counts rescues in the event streams of the queues. */
export function countRescues(redis: Client): RescueCount {
  const last = new Map(queues.map((queue) => [queue, '0']));
  const stopped = new AbortController();
  let count = 0;

  const look = async (): Promise<void> => {
    for (const queue of queues) {
      const entries = await redis.xrange(`{hf}:${queue}:events`, `(${last.get(queue) ?? '0'}`, '+');
      for (const [id, fields] of entries) {
        last.set(queue, id);
        if (fields[fields.indexOf('event') + 1] === 'stalled') count += 1;
      }
    }
  };
  const working = (async () => {
    while (!stopped.signal.aborted) {
      await look().catch(() => {});
      await sleep(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  return {
    get count() {
      return count;
    },
    async stop() {
      stopped.abort();
      await Promise.race([working, sleep(2000)]);
      redis.disconnect();
    },
  };
}
