import { randomUUID } from 'node:crypto';

import { isHyperferryError, type Stage, type StageReport, toErrorReport, toHyperferryError } from '@hyperferry/schema';
import type { UnrecoverableError } from 'bullmq';

import { QueueError } from '../errors.ts';
import { bullmq } from '../libraries.ts';
import { runKey, type StageClaim } from '../lines/lines.ts';
import {
  parseJobData,
  type StageJobData,
  stageInputSchemas,
  stageJobId,
  stageJobSchema,
  stageResultSchemas,
  type StageResults,
} from '../runs/job-data.ts';
import { startDeadline } from './deadline.ts';
import { createProgressSink } from './progress.ts';
import { createStageNote } from './stage-note.ts';
import { createPublishGuard, type PublishGuard } from './publish-guard.ts';
import { leaseOf, type Runtime, type Taken } from './runtime.ts';
import type { StageHandler } from './stage-job.ts';
import { stopError, stopKindOf } from './stop-reason.ts';

const cancelPollMs = 1000;

/** Runs one execution of a stage; what it throws decides what BullMQ does with the job. */
export async function executeStage<S extends Stage>(
  runtime: Runtime,
  stage: S,
  handler: StageHandler<S>,
  taken: Taken<StageJobData>,
): Promise<StageResults[S]> {
  const { job } = taken;
  const data = unrecoverableOnError(() => readStageJob(stage, taken));
  const begun = await runtime.lines.beginStage(
    data,
    `${runtime.workerName}-${randomUUID().slice(0, 8)}`,
    leaseOf(taken, runtime.stageQueues[stage]),
  );
  if (begun.status === 'stale') throw leaseLost(data);
  if (begun.status === 'done')
    return stageResultSchemas[stage].parse(JSON.parse(begun.result ?? '')) as StageResults[S];
  if (begun.status === 'failed' || begun.status === 'gone') {
    throw unrecoverable(
      new QueueError(
        'RUN_RETRY_DIRECT',
        `${stage} of run ${data.runId} is not to be done (run: ${begun.state || 'ended'})`,
      ),
    );
  }
  const claim: StageClaim = { ...data, fence: begun.fence ?? '' };
  const attempt = job.attemptsMade + 1;
  const report = createStopwatch(runtime, stage);
  const inheritedIntent = stage === 'publish' && begun.intent !== undefined && begun.intent !== '';
  // A cancelled run is not begun again, unless a request may be under way that must be looked after.
  if (begun.cancel && !inheritedIntent) {
    const earlier = attempt > 1 ? report(attempt - 1) : undefined;
    return failStage(runtime, taken, claim, { thrown: stopError(data.runId, begun.cancel), report: earlier });
  }

  const guard = createPublishGuard(runtime, taken, claim, inheritedIntent);
  const watch = await watchCancel(runtime, data.runId, guard.mayHaveSent);
  const deadline = startDeadline(runtime.deadlines[`${stage}Ms`], `${stage} of run ${data.runId}`);
  const signal = AbortSignal.any([taken.signal, watch.signal, deadline.signal]);
  const progress = createProgressSink(runtime, stage, data);
  progress.emit({ state: 'started' });
  try {
    const result = await handler({
      runId: data.runId,
      stage,
      spec: data.spec,
      input: stageInputSchemas[stage].parse(data.input) as never,
      attempt,
      generation: data.gen,
      report: () => report(attempt),
      signal,
      emit: progress.emit,
      inheritedIntent,
      publishedSince: begun.sentSince === true,
      confirm: () =>
        stage === 'publish'
          ? guard.confirm()
          : Promise.reject(new QueueError('INTERNAL', 'only the publish stage asks for a permit')),
      settle: guard.settle,
      note: createStageNote(runtime, claim),
    });
    const valid = stageResultSchemas[stage].parse(result);
    await endStage(runtime, claim, { result: JSON.stringify(valid) });
    progress.emit({ state: 'done' });
    return valid as StageResults[S];
  } catch (thrown) {
    const stopped = stopKindOf(taken.signal);
    if (stopped === 'lock-lost') throw leaseLost(claim);
    if (stopped === 'hand-back') {
      await job.moveToWait(taken.token);
      throw new bullmq.WaitingError();
    }
    const error = signal.aborted && isHyperferryError(signal.reason) ? signal.reason : thrown;
    // Taken over, or about to be: no end of the stage, which is that of the next execution. The lock says who has the job.
    if (isHyperferryError(error) && error.code === 'RUN_STALE') throw error;
    progress.emit({ state: 'failed', note: toHyperferryError(error).code });
    return await failStage(runtime, taken, claim, { thrown: error, report: report(attempt), guard });
  } finally {
    watch.stop();
    deadline.stop();
    await progress.flush();
  }
}

/** Throws so that BullMQ tries again, or records the failure as the stage's end and throws so that it doesn't. */
async function failStage(
  runtime: Runtime,
  { job }: Taken<StageJobData>,
  claim: StageClaim,
  failure: { readonly thrown: unknown; readonly report: StageReport | undefined; readonly guard?: PublishGuard },
): Promise<never> {
  const { report, guard } = failure;
  const error = toHyperferryError(failure.thrown);
  runtime.logger.warn(
    { runId: claim.runId, stage: claim.stage, attempt: job.attemptsMade + 1, code: error.code, err: error },
    'stage failed',
  );
  // An expired permit was refused before the write: it is known that nothing was sent, by this execution.
  if (error.code === 'RUN_CONFIRM_EXPIRED' && guard?.isOnlyOurs()) await guard.settle();
  if (error.retryable && job.attemptsMade + 1 < (job.opts.attempts ?? 1)) {
    throw new Error(`${error.code}: ${error.message}`, { cause: error });
  }
  const outcome = error.code === 'RUN_CANCELLED' ? 'cancelled' : 'failed';
  const told = { ...toErrorReport(error), ...(report === undefined ? {} : { report: { ...report, outcome } }) };
  await endStage(runtime, claim, { error: JSON.stringify(told) });
  throw unrecoverable(error);
}

/** Writes the stage's outcome down. @throws {QueueError} RUN_STALE when another execution has begun since: the outcome is its */
async function endStage(
  { lines }: Runtime,
  claim: StageClaim,
  outcome: { readonly result: string } | { readonly error: string },
): Promise<void> {
  // Else the job would end without an outcome in the record, and the run for no reason.
  if ((await lines.endStage(claim, outcome)).status === 'stale') throw leaseLost(claim);
}

/** Starts now; its function reports what the stage has taken since. */
function createStopwatch({ clock }: Runtime, stage: Stage): (attempts: number) => StageReport {
  const startedAt = clock.now().toISOString();
  const startedMs = performance.now();
  return (attempts) => ({ stage, startedAt, durationMs: Math.round(performance.now() - startedMs), attempts });
}

function leaseLost({ runId, stage }: { readonly runId: string; readonly stage: Stage }): QueueError {
  return new QueueError('RUN_STALE', `lease of ${stage} of run ${runId} was lost`);
}

function readStageJob(stage: Stage, { job }: Taken<unknown>): StageJobData {
  const what = `job ${job.id} on ${stage}`;
  const data = parseJobData(stageJobSchema, job.data, what);
  if (data.stage !== stage || job.id !== stageJobId(data)) {
    throw new QueueError('JOB_DATA_INVALID', `${what} belongs to another stage or run`);
  }
  parseJobData(stageInputSchemas[stage], data.input, `${what}: input`);
  return data;
}

interface CancelWatch {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Aborts when the run is cancelled, or out of time: by signal at once, by its record within a second. Not while a request may be under way. */
async function watchCancel(runtime: Runtime, runId: string, isProtected: () => boolean): Promise<CancelWatch> {
  const controller = new AbortController();
  const look = async (): Promise<void> => {
    const cancel = await runtime.redis.hget(runKey(runId), 'cancel');
    if (cancel && !isProtected()) controller.abort(stopError(runId, cancel));
  };
  const stop = await runtime.signals.listen(runId, (message) => {
    if (message === 'cancel') void look().catch(() => {});
  });
  const timer = setInterval(() => void look().catch(() => {}), cancelPollMs);
  return {
    signal: controller.signal,
    stop() {
      clearInterval(timer);
      stop();
    },
  };
}

/** An error that BullMQ doesn't retry, readable on the board. */
export function unrecoverable(error: unknown): UnrecoverableError {
  const known = toHyperferryError(error);
  return new bullmq.UnrecoverableError(`${known.code}: ${known.message}`);
}

function unrecoverableOnError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw unrecoverable(error);
  }
}
