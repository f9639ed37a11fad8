import { setTimeout as sleep } from 'node:timers/promises';

import { toErrorReport } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import type { Head } from '../lines/lines.ts';
import { isConnectionError } from '../redis/fail-fast.ts';
import { appoint } from '../runs/appoint.ts';
import { runJobId } from '../runs/job-data.ts';
import { pruneIndexes } from '../runs/list-runs.ts';
import type { Runtime } from './runtime.ts';
import { createUnreadableJobs } from './unreadable-jobs.ts';

const pageSize = 200;
const maxReappointments = 20;
const inspectEveryRounds = 3;
const compareClocksEveryRounds = 10;
const pruneEveryRounds = 60;

/**
 * Repairs what a crash left between a line and the queue: every live head has an open job. What one line can't be helped
 * with is told once and holds no other up. Returns how many were repaired.
 */
export async function reconcileOnce(runtime: Runtime, told = new Set<string>()): Promise<number> {
  let repaired = 0;
  let cursor = '0';
  const attempt = async <T>(what: string, action: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await action();
      told.delete(what);
      return result;
    } catch (error) {
      if (isConnectionError(error)) throw error;
      if (!told.has(what)) runtime.logger.warn({ err: error, what }, 'could not reconcile this one; trying again');
      told.add(what);
      return undefined;
    }
  };
  do {
    const [next, lineKeys] = await runtime.redis.sscan('{hf}:lines', cursor, 'COUNT', pageSize);
    cursor = next;
    for (const head of await headsOf(runtime, lineKeys, attempt)) {
      if (await attempt(`run ${head.runId}`, () => repair(runtime, head))) repaired += 1;
    }
  } while (cursor !== '0');
  return repaired;
}

type Attempt = <T>(what: string, action: () => Promise<T>) => Promise<T | undefined>;

/** The heads of many lines at once, and one by one where one of them spoils the question. */
async function headsOf(runtime: Runtime, lineKeys: readonly string[], attempt: Attempt): Promise<HeadState[]> {
  const heads =
    (await attempt('lines', () => runtime.lines.heads(lineKeys))) ??
    (await Promise.all(lineKeys.map((key) => attempt(`line ${key}`, () => runtime.lines.heads([key]))))).flatMap(
      (found) => found ?? [],
    );
  return Promise.all(
    heads.map(async (head) => ({ ...head, jobState: await runtime.runs.getJobState(runJobId(head)) })),
  );
}

type HeadState = Head & { readonly jobState: string };

/** Returns whether there was anything to do. */
async function repair(runtime: Runtime, { jobState, ...head }: HeadState): Promise<boolean> {
  if (jobState === 'unknown') await appoint(runtime.runs, head);
  else if (jobState === 'completed' || jobState === 'failed') {
    const error = new QueueError(
      'STAGE_CRASHED',
      `the job of run ${head.runId} ended ${maxReappointments} times without its run`,
    );
    const reply = await runtime.lines.reappoint(head, maxReappointments, JSON.stringify(toErrorReport(error)));
    await appoint(runtime.runs, reply.head);
  } else return false;
  runtime.logger.warn({ runId: head.runId, jobState }, 'a run had lost its job and got another');
  return true;
}

/** Reconciles at once and then again and again; of all workers one at a time, so that the cost doesn't grow with the fleet. */
export async function keepReconciling(runtime: Runtime, intervalMs: number, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  const endUnreadableJobs = createUnreadableJobs(runtime);
  let turns = 0;
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      const turn = await runtime.redis.set('{hf}:reconciler', runtime.workerName, 'PX', intervalMs, 'NX');
      if (turn === 'OK') {
        await reconcileOnce(runtime, told);
        if (turns % inspectEveryRounds === 0) await endUnreadableJobs();
        turns += 1;
      }
      if (round % compareClocksEveryRounds === 0) await runtime.clock.look();
      if (round % pruneEveryRounds === 0) await pruneIndexes(runtime.redis);
    } catch (error) {
      if (!signal.aborted) runtime.logger.warn({ err: error }, 'could not reconcile; trying again');
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
}
