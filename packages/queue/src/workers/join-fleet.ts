import { SPEC_VERSION, type Stage } from '@hyperferry/schema';
import { z } from 'zod';

import { QueueError } from '../errors.ts';
import { type TableauSite, tableauSiteSchema } from '../lines/run-record.ts';
import { lineScript, type RedisClient, runScript } from '../lines/run-script.ts';
import { fleetKey, type FleetStore, otherStore, storeFields, storeIsElsewhere } from './fleet-store.ts';
import {
  forgottenAfterMs,
  lostAfterMs,
  resourceSchema,
  workerKey,
  type WorkerRecord,
  workersKey,
} from './worker-record.ts';

/** A worker as it joins: what it is short of is told by its beats. */
export type JoiningWorker = Omit<WorkerRecord, 'stopping' | 'shortOf'>;

/** What all workers of one queue must agree upon. */
export interface FleetSettings {
  readonly workerName: string;
  readonly globalConcurrency: Partial<Record<Stage, number>>;
  readonly connections: Readonly<Record<string, TableauSite>>;
  /** Put into the inventory in the same step; without it others that join don't see this one until its first beat. */
  readonly worker?: JoiningWorker;
  /** How long records of ended runs are kept. Default: not compared. */
  readonly retentionSeconds?: number | undefined;
  /** Where the worker's artifacts are. Default: not compared. */
  readonly store?: FleetStore | undefined;
  /** Settings that had better be the same, by the names of their variables: where they differ, the joining one says so. */
  readonly advised?: Readonly<Record<string, number>>;
}

/** What a worker has found when it joined. */
export interface Joined {
  /** How many others live. */
  readonly others: number;
  /** Of the advised settings those that the others have otherwise. */
  readonly differing: readonly { readonly name: string; readonly mine: string; readonly theirs: string }[];
}

const retentionField = 'retention';
const advisedPrefix = 'advised:';

/**
 * ARGV: name, record JSON or '', data version, ms after which a worker is lost, and is forgotten, settings as a JSON
 * object, the host whose folder the artifact store is or '' for one that all hosts see. Compares and joins in one step, for
 * two workers may start at once. Of another version's record only its version, its name, its host and whether it stops are read.
 */
const join = lineScript(`
local name, record, version = ARGV[1], ARGV[2], tonumber(ARGV[3])
local others = 0
for _, other in ipairs(call('ZRANGEBYSCORE', P .. 'workers', now - tonumber(ARGV[4]), '+inf')) do
  local text = redis.pcall('GET', P .. 'worker:' .. other)
  local ok, known = pcall(cjson.decode, type(text) == 'string' and text or '')
  if other ~= name and ok and type(known) == 'table' and type(known.specVersion) == 'number' and known.stopping ~= true then
    others = others + 1
    if known.specVersion ~= version then
      return cjson.encode({ status = 'version', name = other, version = tostring(known.version), specVersion = known.specVersion })
    end
    if ARGV[7] ~= '' and type(known.host) == 'string' and known.host ~= ARGV[7] then
      return cjson.encode({ status = 'host', name = other, host = known.host })
    end
  end
end
local settings = cjson.decode(ARGV[6])
local differing = {}
if others == 0 then call('DEL', P .. 'fleet') end
for field, value in pairs(settings) do
  local theirs = call('HGET', P .. 'fleet', field)
  if theirs and theirs ~= value and string.sub(field, 1, 8) == 'advised:' then
    table.insert(differing, { name = string.sub(field, 9), theirs = theirs, mine = value })
  elseif theirs and theirs ~= value and field ~= 'store:location' then
    return cjson.encode({ status = 'setting', field = field, theirs = theirs, mine = value, others = others,
      location = call('HGET', P .. 'fleet', 'store:location') or '' })
  end
end
call('HSET', P .. 'fleet', 'specVersion', version)
for field, value in pairs(settings) do call('HSET', P .. 'fleet', field, value) end
if record ~= '' then
  call('SET', P .. 'worker:' .. name, record, 'PX', ARGV[5])
  call('ZADD', P .. 'workers', now, name)
end
local joined = { status = 'ok', others = others }
if #differing > 0 then joined.differing = differing end
return cjson.encode(joined)
`);

const joinReplySchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('version'), name: z.string(), version: z.string(), specVersion: z.number() }),
  z.object({
    status: z.literal('setting'),
    field: z.string(),
    theirs: z.string(),
    mine: z.string(),
    others: z.int(),
    location: z.string(),
  }),
  z.object({ status: z.literal('host'), name: z.string(), host: z.string() }),
  z.object({
    status: z.literal('ok'),
    others: z.int(),
    differing: z.array(z.object({ name: z.string(), mine: z.string(), theirs: z.string() })).default([]),
  }),
]);

/**
 * Compares a worker's settings with those of the live fleet and writes them down; those of a fleet that is gone are
 * replaced. Settings that only one side has are no difference.
 * @throws {QueueError} WORKER_REFUSED
 */
export async function joinFleet(redis: RedisClient, settings: FleetSettings): Promise<Joined> {
  const { workerName, worker, globalConcurrency, connections, retentionSeconds, store, advised = {} } = settings;
  const mine: Record<string, string> = {
    ...(retentionSeconds === undefined ? {} : { [retentionField]: String(retentionSeconds) }),
    ...(store === undefined ? {} : storeFields(store)),
  };
  for (const [stage, limit] of Object.entries(globalConcurrency)) mine[`global:${stage}`] = String(limit);
  for (const [name, { url, site }] of Object.entries(connections)) {
    mine[`connection:${name}`] = JSON.stringify({ url, site });
  }
  for (const [name, value] of Object.entries(advised)) mine[advisedPrefix + name] = String(value);
  const record = worker === undefined ? '' : JSON.stringify({ ...worker, stopping: false, shortOf: [] });
  const version = worker?.specVersion ?? SPEC_VERSION;
  const onlyHost = store === undefined || store.shared ? '' : store.host;
  const args = [workerName, record, version, lostAfterMs, forgottenAfterMs, JSON.stringify(mine), onlyHost];
  const reply = joinReplySchema.parse(await runScript(redis, join, args));
  if (reply.status === 'version') {
    throw refused(
      `worker ${reply.name} (hyperferry ${reply.version}) uses job data version ${reply.specVersion}, this one ${version}: stop the older workers first`,
    );
  }
  if (reply.status === 'host') throw refused(storeIsElsewhere(store!, reply));
  if (reply.status === 'setting') {
    const { field, theirs, mine: here, others, location } = reply;
    if (field === retentionField) throw refused(describeRetention(here, theirs));
    if (store !== undefined && field in storeFields(store)) throw refused(otherStore(store, location, others));
    throw refused(`${field.replace(':', ' ')} is ${theirs} for the ${others} live workers, ${here} here`);
  }
  return reply;
}

/**
 * Refuses to put in what the live workers could not read.
 * @throws {QueueError} QUEUE_VERSION_DIFFERS
 */
export async function assertFleetReads(redis: RedisClient): Promise<void> {
  const version = await redis.hget(fleetKey, 'specVersion');
  // It may be that of a fleet that is gone.
  if (version === null || Number(version) === SPEC_VERSION) return;
  const other = (await liveWorkers(redis)).find(({ specVersion }) => specVersion !== SPEC_VERSION);
  if (other === undefined) return;
  throw new QueueError(
    'QUEUE_VERSION_DIFFERS',
    `worker ${other.name} (hyperferry ${other.version}) reads job data version ${other.specVersion}, this program writes ${SPEC_VERSION}; nothing was submitted`,
  );
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

/** What every version's record has. */
const anyVersionSchema = z.object({
  name: z.string(),
  version: z.string().catch('of an unknown version'),
  specVersion: z.int(),
  stopping: z.boolean().catch(false),
  shortOf: z.array(resourceSchema).catch([]),
});

/** The workers that live and take jobs, of whatever version. */
export async function liveWorkers(redis: RedisClient) {
  const [seconds] = await redis.time();
  const names = await redis.zrangebyscore(workersKey, Number(seconds) * 1000 - lostAfterMs, '+inf');
  const texts = await Promise.all(names.map((name) => redis.get(workerKey(name))));
  return texts.flatMap((text) => {
    try {
      const record = anyVersionSchema.safeParse(JSON.parse(text ?? 'null')).data;
      return record === undefined || record.stopping ? [] : [record];
    } catch {
      return [];
    }
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
