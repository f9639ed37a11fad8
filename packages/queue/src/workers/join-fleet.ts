import { SPEC_VERSION, type Stage } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import { type TableauSite, tableauSiteSchema } from '../lines/run-record.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { assertFleetStore, fleetKey, type FleetStore, isStoreField, storeFields } from './fleet-store.ts';
import { lostAfterMs, workerKey, type WorkerRecord, workerRecordSchema, workersKey } from './worker-record.ts';

const retentionField = 'retention';

/** What all workers of one queue must agree upon. */
export interface FleetSettings {
  readonly workerName: string;
  readonly globalConcurrency: Partial<Record<Stage, number>>;
  readonly connections: Readonly<Record<string, TableauSite>>;
  /** How long records of ended runs are kept. Default: not compared. */
  readonly retentionSeconds?: number | undefined;
  /** Where the worker's artifacts are. Default: not compared. */
  readonly store?: FleetStore | undefined;
}

/**
 * Compares a worker's settings with those of the live fleet and writes them down; those of a fleet that is gone are
 * replaced. Settings that only one side has are no difference.
 * @throws {QueueError} WORKER_REFUSED
 */
export async function joinFleet(redis: RedisClient, settings: FleetSettings): Promise<void> {
  const others = await liveWorkers(redis, settings.workerName);
  const otherVersion = others.find((worker) => worker.specVersion !== SPEC_VERSION);
  if (otherVersion) {
    throw refused(
      `worker ${otherVersion.name} (hyperferry ${otherVersion.version}) uses job data version ${otherVersion.specVersion}, this one ${SPEC_VERSION}: stop the older workers first`,
    );
  }
  const { store, retentionSeconds } = settings;
  const mine: Record<string, string> = {
    ...(retentionSeconds === undefined ? {} : { [retentionField]: String(retentionSeconds) }),
    ...(store === undefined ? {} : storeFields(store)),
  };
  for (const [stage, limit] of Object.entries(settings.globalConcurrency)) mine[`global:${stage}`] = String(limit);
  for (const [name, { url, site }] of Object.entries(settings.connections)) {
    mine[`connection:${name}`] = JSON.stringify({ url, site });
  }
  if (others.length > 0) {
    const theirs = await redis.hgetall(fleetKey);
    if (store !== undefined) assertFleetStore(theirs, others, store);
    for (const [field, value] of Object.entries(mine)) {
      const other = theirs[field];
      if (other !== undefined && other !== value && !isStoreField(field)) {
        if (field === retentionField) throw refused(describeRetention(value, other));
        throw refused(`${field.replace(':', ' ')} is ${other} for the ${others.length} live workers, ${value} here`);
      }
    }
  }
  // At once: producers ask for it while workers come and go.
  const writing = redis.multi();
  if (others.length === 0) writing.del(fleetKey);
  if (Object.keys(mine).length > 0) writing.hset(fleetKey, mine);
  await writing.exec();
}

/**
 * The server and site that the fleet means by a connection's name.
 * @throws {QueueError} CONNECTION_UNKNOWN, naming those that are known
 */
export async function siteOfConnection(redis: RedisClient, name: string): Promise<TableauSite> {
  const fields = await redis.hgetall(fleetKey);
  const text = fields[`connection:${name}`];
  if (text !== undefined) return tableauSiteSchema.parse(JSON.parse(text));
  const known = Object.keys(fields).flatMap((field) => (field.startsWith('connection:') ? [field.slice(11)] : []));
  throw new QueueError(
    'CONNECTION_UNKNOWN',
    `no worker has told about a connection "${name}"; known: ${known.join(', ') || 'none'}`,
  );
}

/** The workers that live and take jobs, without the one of a name. */
export async function liveWorkers(redis: RedisClient, myName: string): Promise<WorkerRecord[]> {
  const [seconds] = await redis.time();
  const names = await redis.zrangebyscore(workersKey, Number(seconds) * 1000 - lostAfterMs, '+inf');
  const texts = await Promise.all(names.map((name) => redis.get(workerKey(name))));
  return texts.flatMap((text) => {
    const record = workerRecordSchema.safeParse(JSON.parse(text ?? 'null')).data;
    return record === undefined || record.name === myName || record.stopping ? [] : [record];
  });
}

/** How long the fleet keeps the records of ended runs, for producers; undefined where no worker has told. */
export async function readRetentionSeconds(redis: RedisClient): Promise<number | undefined> {
  const text = await redis.hget(fleetKey, retentionField);
  return text === null ? undefined : Number(text);
}

function describeRetention(mine: string, theirs: string): string {
  const days = (seconds: string): number => Number(seconds) / 86_400;
  return `HYPERFERRY_KEEP_RUNS_DAYS is ${days(mine)} here, ${days(theirs)} for the live workers: give all the same`;
}

function refused(reason: string): QueueError {
  return new QueueError('WORKER_REFUSED', reason);
}
