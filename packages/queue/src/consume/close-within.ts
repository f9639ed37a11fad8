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
  isIdle: () => boolean,
  logger: Logger,
): Promise<void> {
  const done = new AbortController();
  const closed = Promise.all([...workers.values()].map((worker) => worker.close().catch(() => {}))).then(() =>
    done.abort(),
  );
  workers.get('runs')?.cancelAllJobs('hand-back');
  await Promise.race([closed, pauseWhileBusy(graceMs, isIdle, done.signal)]);
  if (done.signal.aborted) return;
  for (const [name, worker] of workers) {
    logger.info({ queue: name }, 'handing back what is not done');
    worker.cancelAllJobs('hand-back');
  }
  await Promise.race([closed, pauseWhileBusy(obeyMs, isIdle, done.signal)]);
  if (done.signal.aborted) return;
  if (!isIdle()) logger.warn({}, 'some work did not stop in time; it will be taken over when its lease ends');
  await Promise.race([
    Promise.all([...workers.values()].map((worker) => worker.close(true).catch(() => {}))),
    pause(500, done.signal),
  ]);
}

/** Waits for the time given, or until nothing has been done for a second: then only Redis is missing for the end. */
async function pauseWhileBusy(timeoutMs: number, isIdle: () => boolean, signal: AbortSignal): Promise<void> {
  let idleSinceMs: number | undefined;
  for (const startMs = performance.now(); performance.now() - startMs < timeoutMs && !signal.aborted;) {
    idleSinceMs = isIdle() ? (idleSinceMs ?? performance.now()) : undefined;
    if (idleSinceMs !== undefined && performance.now() - idleSinceMs > 1000) return;
    await pause(Math.min(50, timeoutMs), signal);
  }
}

async function pause(timeoutMs: number, signal: AbortSignal): Promise<void> {
  await sleep(timeoutMs, undefined, { signal }).catch(() => {});
}
