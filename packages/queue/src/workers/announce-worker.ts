import { setTimeout as sleep } from 'node:timers/promises';

import { type Logger, silentLogger } from '@hyperferry/schema';

import type { QueueConnection } from '../redis/connection.ts';
import {
  forgottenAfterMs,
  heartbeatMs,
  type Resource,
  workerKey,
  type WorkerRecord,
  workersKey,
} from './worker-record.ts';

export interface AnnounceWorkerOptions {
  readonly connection: QueueConnection;
  readonly worker: Omit<WorkerRecord, 'stopping' | 'shortOf'>;
  /** What the worker has too little of, asked for each beat. Default: nothing. */
  readonly shortOf?: () => readonly Resource[];
  readonly logger?: Logger;
  /** Default: 3,000. */
  readonly intervalMs?: number;
}

/** A worker in the inventory. */
export interface AnnouncedWorker extends AsyncDisposable {
  /** Says that the worker takes no more jobs. */
  stopping(): void;
  /** Leaves the inventory: a worker that stops well is not listed as lost. */
  close(): Promise<void>;
}

/** Puts a worker into the inventory and keeps telling that it lives. Redis being away is no error: it is told later. */
export function announceWorker(options: AnnounceWorkerOptions): AnnouncedWorker {
  const { connection, worker, shortOf = () => [], logger = silentLogger, intervalMs = heartbeatMs } = options;
  const redis = connection.open({ failFast: false, name: 'hf-heartbeat' });
  const ended = new AbortController();
  let stopping = false;

  const write = async (): Promise<void> => {
    if (ended.signal.aborted) return;
    const [seconds, micros] = await redis.time();
    const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const record: WorkerRecord = { ...worker, stopping, shortOf: [...shortOf()] };
    await redis.set(workerKey(worker.name), JSON.stringify(record), 'PX', forgottenAfterMs);
    await redis.zadd(workersKey, nowMs, worker.name);
  };
  // One after the other: a beat that comes late must not undo the leaving.
  let beating: Promise<void> = Promise.resolve();
  const beat = (): Promise<void> => (beating = beating.then(write, write));
  const keepBeating = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await beat().catch((error: unknown) => {
        if (!ended.signal.aborted) logger.warn({ err: error }, 'could not tell the inventory that this worker lives');
      });
      await sleep(intervalMs, undefined, { signal: ended.signal, ref: false }).catch(() => {});
    }
  };
  void keepBeating();

  const leave = async (): Promise<void> => {
    await beating.catch(() => {});
    await redis.zrem(workersKey, worker.name);
    await redis.del(workerKey(worker.name));
  };
  const close = async (): Promise<void> => {
    ended.abort();
    // Without Redis the worker is listed as lost for a while: better than to wait for it.
    await Promise.race([leave().catch(() => {}), sleep(500, undefined, { ref: false })]);
    redis.disconnect();
  };
  return {
    stopping() {
      stopping = true;
      void beat().catch(() => {});
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
