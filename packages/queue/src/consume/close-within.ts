import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@hyperferry/schema';
import type { Worker } from 'bullmq';

/** How long an execution may take to obey its signal after the grace period. */
const obeyMs = 8000;

/**
 * Closes workers: coordinators hand back at once (another worker goes on waiting), stages may finish within the grace
 * period and hand back then. Never hangs: without Redis, BullMQ's own close does not return.
 */
export async function closeWithin(
  workers: ReadonlyMap<string, Worker>,
  graceMs: number,
  logger: Logger,
): Promise<void> {
  const done = new AbortController();
  const closed = Promise.all([...workers.values()].map((worker) => worker.close().catch(() => {}))).then(() =>
    done.abort(),
  );
  workers.get('runs')?.cancelAllJobs('hand-back');
  await Promise.race([closed, pause(graceMs, done.signal)]);
  if (done.signal.aborted) return;
  for (const [name, worker] of workers) {
    logger.info({ queue: name }, 'handing back what is not done');
    worker.cancelAllJobs('hand-back');
  }
  await Promise.race([closed, pause(obeyMs, done.signal)]);
  if (done.signal.aborted) return;
  logger.warn({}, 'some work did not stop in time; its jobs will be taken over when their leases end');
  await Promise.race([
    Promise.all([...workers.values()].map((worker) => worker.close(true).catch(() => {}))),
    pause(500, done.signal),
  ]);
}

async function pause(timeoutMs: number, signal: AbortSignal): Promise<void> {
  await sleep(timeoutMs, undefined, { signal }).catch(() => {});
}
