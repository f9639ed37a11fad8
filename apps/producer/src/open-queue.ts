import { type ArtifactStore, openStore, readStoreId } from '@hyperferry/artifacts';
import { connectRedis, openRunQueue, type RunQueue } from '@hyperferry/queue';

import type { ProducerSettings } from './env.ts';

export interface OpenedQueue {
  readonly queue: RunQueue;
  readonly artifacts: ArtifactStore;
  close(): Promise<void>;
}

/**
 * The queue and the artifact store of the workers that this machine can reach.
 * @throws {HyperferryError} ARTIFACT_STORE_FOREIGN, QUEUE_NOT_RUNNING, QUEUE_UNREACHABLE within 2 s, DATA_FOLDER_NOT_WRITABLE
 */
export async function openQueue({ redis, dataDir, artifacts: location }: ProducerSettings): Promise<OpenedQueue> {
  const queue = await openRunQueue({ connection: await connectRedis({ redis, dataDir }) });
  try {
    const artifacts = await openStore(location);
    await queue.assertStore({ id: await readStoreId(artifacts), location: artifacts.location });
    return {
      queue,
      artifacts,
      async close() {
        artifacts.close();
        await queue.close();
      },
    };
  } catch (error) {
    await queue.close();
    throw error;
  }
}
