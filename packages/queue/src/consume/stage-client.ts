import {
  errorReportSchema,
  fromErrorReport,
  SPEC_VERSION,
  type Stage,
  type StageReport,
  stageReportSchema,
} from '@hyperferry/schema';
import type { Job } from 'bullmq';

import { QueueError } from '../errors.ts';
import { readRecord, runKey } from '../lines/lines.ts';
import type { RunRecord } from '../lines/run-record.ts';
import { boardRetention } from '../runs/appoint.ts';
import {
  MAX_JOB_BYTES,
  type RunJobData,
  type StageInputs,
  stageInputSchemas,
  stageJobId,
  type StageResults,
  stageResultSchemas,
  titleOf,
} from '../runs/job-data.ts';
import { createWake } from '../runs/wake.ts';
import type { Runtime } from './runtime.ts';
import { stopError } from './stop-reason.ts';

const pollMs = 1000;
/** States of a job that is being done, has ended, or is not there; in all others nobody does it at the moment. */
const notOpen = new Set(['active', 'completed', 'failed', 'unknown']);

/** The stages of one coordinated run: adds their jobs and waits for their outcome, which stands in the run's record. */
export interface StageClient {
  readonly run: <S extends Stage>(stage: S, input: StageInputs[S]) => Promise<StageResults[S]>;
  /** The report of the stage that has failed or was cancelled. */
  readonly failedStage: () => StageReport | undefined;
  /** True while a stage is waited for: it hears of a cancel by itself, and its end is waited for. */
  isWaiting(): boolean;
  /** Ends the subscription. */
  stop(): void;
}

export async function openStageClient(
  runtime: Runtime,
  runId: string,
  record: RunRecord,
  job: Job<RunJobData>,
  signal: AbortSignal,
): Promise<StageClient> {
  const wake = createWake();
  const stop = await runtime.signals.listen(runId, (message) => {
    if (message === 'stage' || message === 'cancel') wake.ring();
  });
  const { gen } = record;
  let failed: StageReport | undefined;
  // Asked again: the cancel may have come between the record and the subscription.
  const cancelledBefore = Boolean(record.cancel || (await runtime.redis.hget(runKey(runId), 'cancel')));

  const add = async (stage: Stage, input: unknown): Promise<void> => {
    const queue = runtime.stageQueues[stage];
    const added = queue.add(
      stage,
      { v: SPEC_VERSION, runId, n: record.n, gen, stage, title: titleOf(record.target), spec: record.spec, input },
      {
        jobId: stageJobId({ runId, gen, stage }),
        priority: Math.max(1, job.priority),
        attempts: runtime.retries.attempts,
        backoff: { type: 'exponential', delay: runtime.retries.backoffMs, jitter: 0.5 },
        sizeLimit: MAX_JOB_BYTES,
        parent: { id: job.id ?? '', queue: job.queueQualifiedName },
        ignoreDependencyOnFailure: true,
        ...boardRetention,
      },
    );
    // One of an earlier appointment stays that one's child, which BullMQ refuses to change: it is waited for all the same.
    await added.catch(async (error: unknown) => {
      if ((await queue.getJobState(stageJobId({ runId, gen, stage }))) === 'unknown') throw error;
    });
  };

  const hasOutcome = async (stage: Stage): Promise<boolean> => {
    const again = await readRecord(runtime.redis, runId);
    return again !== undefined && outcomeOf(again, stage, gen) !== undefined;
  };
  const resultOf = (outcome: StageOutcome): StageResults[Stage] => {
    if ('result' in outcome) return outcome.result;
    failed = outcome.report;
    throw outcome.error;
  };

  /** What BullMQ says about a stage that has no outcome in the record: it ends without one when its workers die. */
  const lookAtJob = async (stage: Stage, input: unknown, { cancel, intent }: RunRecord): Promise<void> => {
    const id = stageJobId({ runId, gen, stage });
    const queue = runtime.stageQueues[stage];
    const state = await queue.getJobState(id);
    if (cancel === '' && state === 'unknown') await add(stage, input);
    else if (cancel !== '' && !notOpen.has(state) && stage === 'publish' && intent !== '') {
      // Its request may have taken effect: it is looked after, at once and not after the pause before an attempt.
      if (state === 'delayed') await (await queue.getJob(id))?.promote().catch(() => {});
    } else if (cancel !== '' && (!notOpen.has(state) || state === 'unknown')) {
      // Not begun: removed, so that it never will be. Begun meanwhile: its worker sees the flag. Ended meanwhile: it has
      // an outcome, which is the run's as well.
      await queue.remove(id).catch(() => {});
      if ((await queue.getJobState(id)) !== 'unknown') return;
      if (await hasOutcome(stage)) return wake.ring();
      throw stopError(runId, cancel);
    } else if (state === 'failed' || state === 'completed') {
      if (await hasOutcome(stage)) return wake.ring();
      const job = await queue.getJob(id);
      const reason = job?.failedReason ?? 'no result';
      failed = job && crashReportOf(stage, job);
      throw new QueueError('STAGE_CRASHED', `${stage} of run ${runId} ended without an outcome: ${reason}`);
    }
  };

  const waitFor = async <S extends Stage>(stage: S, input: StageInputs[S]): Promise<StageResults[S]> => {
    const valid = stageInputSchemas[stage].parse(input);
    const known = outcomeOf(record, stage, gen);
    if (known) return resultOf(known) as StageResults[S];
    signal.throwIfAborted();
    if (!cancelledBefore) await add(stage, valid);
    for (let first = true; ; first = false) {
      if (first && !cancelledBefore) await wake.wait(pollMs, signal);
      signal.throwIfAborted();
      const now = await readRecord(runtime.redis, runId);
      if (now === undefined || now.gen !== gen) {
        throw new QueueError('RUN_STALE', `run ${runId} has moved on to another generation`);
      }
      const outcome = outcomeOf(now, stage, gen);
      if (outcome) return resultOf(outcome) as StageResults[S];
      await lookAtJob(stage, valid, now);
      if (!first || cancelledBefore) await wake.wait(now.cancel === '' ? pollMs : 100, signal);
    }
  };
  let waiting = 0;
  const run = async <S extends Stage>(stage: S, input: StageInputs[S]): Promise<StageResults[S]> => {
    waiting += 1;
    try {
      return await waitFor(stage, input);
    } finally {
      waiting -= 1;
    }
  };
  return { run, failedStage: () => failed, isWaiting: () => waiting > 0, stop };
}

type StageOutcome =
  | { readonly result: StageResults[Stage] }
  | { readonly error: Error; readonly report: StageReport | undefined };

/** How a stage's failure stands in the record, after its generation. */
const failureSchema = errorReportSchema.extend({ report: stageReportSchema.optional() });

/** What stands in the record as the stage's end; undefined while there is none. */
function outcomeOf(record: RunRecord, stage: Stage, gen: number): StageOutcome | undefined {
  const result = record[`r:${stage}`];
  if (result !== undefined) return { result: stageResultSchemas[stage].parse(result) };
  const failure = record[`e:${stage}`];
  if (failure === undefined || !failure.startsWith(`${gen} `)) return undefined;
  const { report, ...error } = failureSchema.parse(JSON.parse(failure.slice(failure.indexOf(' ') + 1)));
  return { error: fromErrorReport(error), report };
}

/** Of a stage whose workers died there is only what BullMQ has counted. */
function crashReportOf(stage: Stage, { processedOn, finishedOn, attemptsStarted }: Job): StageReport | undefined {
  if (processedOn === undefined) return undefined;
  return {
    stage,
    startedAt: new Date(processedOn).toISOString(),
    durationMs: Math.max(0, (finishedOn ?? processedOn) - processedOn),
    attempts: Math.max(1, attemptsStarted),
    outcome: 'failed',
  };
}
