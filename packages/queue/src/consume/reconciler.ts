import { setTimeout as sleep } from 'node:timers/promises';

import { toErrorReport } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import { appoint } from '../runs/appoint.ts';
import { runJobId } from '../runs/job-data.ts';
import { pruneIndexes } from '../runs/list-runs.ts';
import type { Runtime } from './runtime.ts';

const pageSize = 200;
const maxReappointments = 20;
const pruneEveryRounds = 60;

/** Repairs what a crash left between a line and the queue: every live head has an open job. Returns how many were repaired. */
export async function reconcileOnce(runtime: Runtime): Promise<number> {
  let repaired = 0;
  let cursor = '0';
  do {
    const [next, lineKeys] = await runtime.redis.sscan('{hf}:lines', cursor, 'COUNT', pageSize);
    cursor = next;
    const heads = await runtime.lines.heads(lineKeys);
    const states = await Promise.all(heads.map((head) => runtime.runs.getJobState(runJobId(head))));
    for (const [index, head] of heads.entries()) {
      const state = states[index];
      if (state === 'unknown') await appoint(runtime.runs, head);
      else if (state === 'completed' || state === 'failed') {
        const error = new QueueError(
          'STAGE_CRASHED',
          `the job of run ${head.runId} ended ${maxReappointments} times without its run`,
        );
        const reply = await runtime.lines.reappoint(head, maxReappointments, JSON.stringify(toErrorReport(error)));
        await appoint(runtime.runs, reply.head);
      } else continue;
      repaired += 1;
      runtime.logger.warn({ runId: head.runId, jobState: state }, 'a run had lost its job and got another');
    }
  } while (cursor !== '0');
  return repaired;
}

/** Reconciles at once and then again and again; of all workers one at a time, so that the cost doesn't grow with the fleet. */
export async function keepReconciling(runtime: Runtime, intervalMs: number, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      const turn = await runtime.redis.set('{hf}:reconciler', runtime.workerName, 'PX', intervalMs, 'NX');
      if (turn === 'OK') await reconcileOnce(runtime);
      if (round % pruneEveryRounds === 0) await pruneIndexes(runtime.redis);
    } catch (error) {
      if (!signal.aborted) runtime.logger.warn({ err: error }, 'could not reconcile; trying again');
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
}
