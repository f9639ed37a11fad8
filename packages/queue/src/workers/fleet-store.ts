import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';
import type { WorkerRecord } from './worker-record.ts';

/** What the workers of one queue agree upon, as long as one of them lives. */
export const fleetKey = '{hf}:fleet';

/** Where a worker's artifacts are. */
export interface FleetStore {
  /** What stands in the store itself: two that read the same use the same store. */
  readonly id: string;
  /** For messages: a folder or bucket, no secret. */
  readonly location: string;
  /** False for a folder that other hosts can't see. */
  readonly shared: boolean;
  /** The worker's host. */
  readonly host: string;
}

const idField = 'store:id';
const locationField = 'store:location';

/** The fields of the fleet that tell about a store. */
export function storeFields({ id, location }: FleetStore): Record<string, string> {
  return { [idField]: id, [locationField]: location };
}

export function isStoreField(field: string): boolean {
  return field.startsWith('store:');
}

/**
 * Compares a worker's store with that of the live workers.
 * @throws {QueueError} WORKER_REFUSED for another store, or for one that only this host can see beside workers elsewhere
 */
export function assertFleetStore(
  fleet: Readonly<Record<string, string>>,
  others: readonly WorkerRecord[],
  store: FleetStore,
): void {
  const elsewhere = others.find((worker) => worker.host !== store.host);
  if (elsewhere !== undefined && !store.shared) {
    throw refused(
      `the artifact store ${store.location} is a folder of host ${store.host}, and worker ${elsewhere.name} runs on host ${elsewhere.host}: ` +
        'set HYPERFERRY_ARTIFACTS on all hosts to file:///FOLDER that all mount, or to s3://BUCKET',
    );
  }
  const theirs = fleet[idField];
  if (theirs !== undefined && theirs !== store.id) {
    throw refused(
      `the artifact store ${store.location} is another one than the ${fleet[locationField]} of the ${others.length} live workers: give HYPERFERRY_ARTIFACTS the same value everywhere, and the folder the same content`,
    );
  }
}

/**
 * Compares a producer's store with that of the workers, where they have told about one.
 * @throws {QueueError} ARTIFACT_STORE_FOREIGN
 */
export async function assertProducerStore(
  redis: RedisClient,
  store: { readonly id: string | undefined; readonly location: string },
): Promise<void> {
  const [theirs, location] = await redis.hmget(fleetKey, idField, locationField);
  if (theirs === null || theirs === undefined || theirs === store.id) return;
  throw new QueueError(
    'ARTIFACT_STORE_FOREIGN',
    `the workers would not find what is put into ${store.location}: they use ${location}, with another content`,
  );
}

function refused(reason: string): QueueError {
  return new QueueError('WORKER_REFUSED', reason);
}
