import { type ArtifactStore, openStore } from '@hyperferry/artifacts';
import { connectRedis, openRunQueue, type RunQueue } from '@hyperferry/queue';

import type { ProducerSettings } from './env.ts';

export interface OpenedQueue {
  readonly queue: RunQueue;
  readonly artifacts: ArtifactStore;
  close(): Promise<void>;
}

/**
 * The queue and the artifact store of the workers that this machine can reach.
 * @throws {HyperferryError} QUEUE_NOT_RUNNING, QUEUE_UNREACHABLE within 2 s, DATA_FOLDER_NOT_WRITABLE
 */
export async function openQueue(settings: ProducerSettings): Promise<OpenedQueue> {
  const connection = await connectRedis({ redisUrl: settings.redisUrl, dataDir: settings.dataDir });
  try {
    const artifacts = await openStore(settings.artifacts);
    const queue = await openRunQueue({ connection, failFast: true });
    return {
      queue,
      artifacts,
      async close() {
        await queue.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
