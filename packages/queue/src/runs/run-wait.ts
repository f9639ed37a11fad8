import { isHyperferryError, type Stage, stages } from '@hyperferry/schema';

import { readRecord } from '../lines/lines.ts';
import type { RunRecord } from '../lines/run-record.ts';
import { liveWorkers } from '../workers/join-fleet.ts';
import type { Resource } from '../workers/worker-record.ts';
import { stageJobId } from './job-data.ts';
import type { QueueAccess } from './queue-access.ts';

/** Why a run does not go on at the moment. */
export type WaitReason =
  /** So many runs of its target come first; the first of them is `runId`. */
  | { readonly kind: 'behind'; readonly runId: string; readonly position: number }
  /** The first run of its target is held: somebody must release or skip it. */
  | { readonly kind: 'held'; readonly runId: string; readonly outcomeUnknown: boolean }
  | { readonly kind: 'targetPaused'; readonly project: string; readonly name: string }
  | { readonly kind: 'queuePaused'; readonly queue: 'runs' | Stage }
  /** No worker lives, or all are about to stop. */
  | { readonly kind: 'noWorker' }
  /** All workers have too little of it for this stage. */
  | { readonly kind: 'workersShort'; readonly stage: Stage; readonly of: readonly Resource[] }
  /** The workers do other things first. */
  | { readonly kind: 'workersBusy'; readonly stage: 'runs' | Stage };

/** Says why a live run doesn't go on; an empty list when it does. */
export async function readWaitReasons(access: QueueAccess, runId: string): Promise<readonly WaitReason[]> {
  const record = await readRecord(access.redis, runId).catch(unlessUnreadable);
  if (record === undefined) return [];
  if (record.state === 'running') return await reasonsOfRunning(access, runId, record);
  if (record.state !== 'waiting') return [];
  const { redis } = access;
  const { line, target } = record;
  const [position, [headId = runId], paused] = await Promise.all([
    redis.zrank(`{hf}:line:${line}:q`, runId),
    redis.zrange(`{hf}:line:${line}:q`, '0', '0'),
    redis.hexists(`{hf}:line:${line}`, 'paused'),
  ]);
  const pause: WaitReason[] =
    paused === 1 ? [{ kind: 'targetPaused', project: target.project, name: target.name }] : [];
  if (headId === runId || position === null) return [...pause, ...(await reasonsOfHead(access, 'runs', pause))];
  const behind: WaitReason = { kind: 'behind', runId: headId, position };
  const head = await readRecord(redis, headId).catch(unlessUnreadable);
  if (head?.state === 'held') {
    return [behind, { kind: 'held', runId: headId, outcomeUnknown: head.intent !== '' }, ...pause];
  }
  if (head?.state !== 'running') return [behind, ...pause, ...(await reasonsOfHead(access, 'runs', pause))];
  return [behind, ...(await reasonsOfRunning(access, headId, head)), ...pause];
}

/** Of a record that can't be read nothing is known; its run ends when its turn comes. */
function unlessUnreadable(error: unknown): undefined {
  if (isHyperferryError(error) && error.code === 'RUN_UNREADABLE') return undefined;
  throw error;
}

/** A run that has begun waits where its next stage does. */
async function reasonsOfRunning(access: QueueAccess, runId: string, record: RunRecord): Promise<WaitReason[]> {
  const stage = stages.find((name) => record[`r:${name}`] === undefined);
  if (stage === undefined) return [];
  const state = await access.queueOf(stage).getJobState(stageJobId({ runId, gen: record.gen, stage }));
  if (state === 'active' || state === 'completed' || state === 'failed' || state === 'delayed') {
    return (await liveWorkers(access.redis)).length === 0 ? [{ kind: 'noWorker' }] : [];
  }
  return await reasonsOfHead(access, stage, []);
}

/** Why a job that is next doesn't begin; being busy is a reason where there is no other. */
async function reasonsOfHead(
  access: QueueAccess,
  name: 'runs' | Stage,
  others: readonly WaitReason[],
): Promise<WaitReason[]> {
  const [isPaused, workers] = await Promise.all([access.queueOf(name).isPaused(), liveWorkers(access.redis)]);
  const reasons: WaitReason[] = isPaused ? [{ kind: 'queuePaused', queue: name }] : [];
  if (workers.length === 0) reasons.push({ kind: 'noWorker' });
  else if ((name === 'parse' || name === 'extract') && workers.every(({ shortOf }) => shortOf.length > 0)) {
    reasons.push({ kind: 'workersShort', stage: name, of: [...new Set(workers.flatMap(({ shortOf }) => shortOf))] });
  }
  return reasons.length + others.length > 0 ? reasons : [{ kind: 'workersBusy', stage: name }];
}
