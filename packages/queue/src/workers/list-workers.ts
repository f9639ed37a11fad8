import { stages } from '@hyperferry/schema';

import type { QueueAccess } from '../runs/queue-access.ts';
import {
  forgottenAfterMs,
  lostAfterMs,
  type WorkerJob,
  workerJobSchema,
  workerKey,
  type WorkerRecord,
  workerRecordSchema,
  workersKey,
} from './worker-record.ts';

/** A worker as its users see it. */
export interface WorkerView extends WorkerRecord {
  /** `lost`: not heard of for 15 s; its jobs are taken over by others when their leases have run out. */
  readonly state: 'running' | 'stopping' | 'lost';
  readonly seenAt: string;
  readonly jobs: readonly WorkerJob[];
}

const maxJobsRead = 1000;

/** The workers of the fleet, lost ones of the last day included; those that run first, by name. */
export async function listWorkers(access: QueueAccess): Promise<WorkerView[]> {
  const { redis, reach } = access;
  const [seconds] = await reach(() => redis.time());
  const nowMs = Number(seconds) * 1000;
  const names = await reach(() =>
    redis.zrangebyscore(workersKey, nowMs - forgottenAfterMs, '+inf', 'WITHSCORES', 'LIMIT', 0, 1000),
  );
  const seen = new Map<string, number>();
  for (let index = 0; index + 1 < names.length; index += 2) seen.set(names[index] ?? '', Number(names[index + 1]));
  const texts = await reach(() => Promise.all([...seen.keys()].map((name) => redis.get(workerKey(name)))));
  const jobs = await jobsByWorker(access);
  const views = texts.flatMap((text) => {
    const record = readRecord(text);
    if (record === undefined) return [];
    const seenMs = seen.get(record.name) ?? 0;
    const state = nowMs - seenMs > lostAfterMs ? 'lost' : record.stopping ? 'stopping' : 'running';
    return [{ ...record, state, seenAt: new Date(seenMs).toISOString(), jobs: jobs.get(record.name) ?? [] } as const];
  });
  const isLost = ({ state }: WorkerView): number => (state === 'lost' ? 1 : 0);
  return views.sort((a, b) => isLost(a) - isLost(b) || a.name.localeCompare(b.name));
}

function readRecord(text: string | null): WorkerRecord | undefined {
  try {
    return workerRecordSchema.safeParse(JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined;
  }
}

/** The jobs in progress by the names of their workers, as BullMQ has written them down. */
async function jobsByWorker(access: QueueAccess): Promise<Map<string, WorkerJob[]>> {
  const found = new Map<string, WorkerJob[]>();
  for (const name of ['runs', ...stages] as const) {
    for (const job of await access.reach(() => access.queueOf(name).getActive(0, maxJobsRead - 1))) {
      const { processedBy, processedOn, data } = job as {
        processedBy?: string;
        processedOn?: number;
        data?: { runId?: unknown };
      };
      const since = processedOn === undefined ? {} : { since: new Date(processedOn).toISOString() };
      const parsed = workerJobSchema.safeParse({ queue: name, runId: data?.runId, ...since });
      if (processedBy === undefined || !parsed.success) continue;
      found.set(processedBy, [...(found.get(processedBy) ?? []), parsed.data]);
    }
  }
  return found;
}
