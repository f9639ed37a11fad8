import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';

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

/** Why a worker whose store only its own host can see doesn't join workers elsewhere. */
export function storeIsElsewhere(store: FleetStore, other: { readonly name: string; readonly host: string }): string {
  return (
    `the artifact store ${store.location} is a folder of host ${store.host}, and worker ${other.name} runs on host ${other.host}: ` +
    'set HYPERFERRY_ARTIFACTS on all hosts to file:///FOLDER that all mount, or to s3://BUCKET'
  );
}

/** Why a worker doesn't join a fleet with another store. */
export function otherStore({ location }: FleetStore, theirs: string, workers: number): string {
  return `the artifact store ${location} is another one than the ${theirs} of the ${workers} live workers: give HYPERFERRY_ARTIFACTS the same value everywhere, and the folder the same content`;
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
