import { connectRedis, openRunQueue, type RunQueue } from '@hyperferry/queue';

import { type ProducerSettings, readSettings } from './env.ts';

/**
 * Does something with the queue of the workers that this machine can reach, and closes it.
 * @throws {HyperferryError} QUEUE_NOT_RUNNING, QUEUE_UNREACHABLE within 2 s
 */
export async function withRunQueue<T>(action: (queue: RunQueue, settings: ProducerSettings) => Promise<T>): Promise<T> {
  const settings = readSettings();
  const { redis, dataDir } = settings;
  await using queue = await openRunQueue({ connection: await connectRedis({ redis, dataDir }) });
  return await action(queue, settings);
}
