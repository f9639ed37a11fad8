import type { Queue } from 'bullmq';

import type { QueueConnection } from '../redis/connection.ts';
import { openQueue } from './appoint.ts';

/** The four BullMQ queues, for a board that only reads. */
export interface BoardQueues extends AsyncDisposable {
  readonly queues: readonly Queue[];
  close(): Promise<void>;
}

/** Opens `runs`, `parse`, `extract` and `publish` for reading. Never add, retry or remove jobs through them. */
export function openBoardQueues(connection: QueueConnection): BoardQueues {
  const redis = connection.open({ failFast: false, name: 'hf-board' });
  const queues = ['runs', 'parse', 'extract', 'publish'].map((name) => openQueue(name, redis) as Queue);
  const close = async (): Promise<void> => {
    await Promise.race([
      Promise.all(queues.map((queue) => queue.close())),
      new Promise((resolve) => setTimeout(resolve, 500).unref()),
    ]);
    redis.disconnect();
  };
  return { queues, close, [Symbol.asyncDispose]: close };
}
