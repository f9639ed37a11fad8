import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Report, reportSchema, SPEC_VERSION, toErrorReport, toHyperferryError } from '@hyperferry/schema';
import type { Job } from 'bullmq';

import { QueueError } from '../errors.ts';
import { bullmq } from '../libraries.ts';
import { type LineReply, recordOf } from '../lines/lines.ts';
import { fieldsOf, type RunRecord } from '../lines/run-record.ts';
import { appoint } from '../runs/appoint.ts';
import { parseJobData, type RunJobData, runJobId, runJobSchema } from '../runs/job-data.ts';
import type { ActiveRun } from './active-run.ts';
import { startRunDeadline } from './deadline.ts';
import { leaseOf, type Runtime, type Taken } from './runtime.ts';
import { unrecoverable } from './stage-executor.ts';
import { openStageClient, type StageClient } from './stage-client.ts';
import { stopKindOf } from './stop-reason.ts';

/** What a job on `runs` returns: the report, or why there was nothing to do. */
export type RunJobResult = Report | { readonly skipped: string };
export type RunHandler = (run: ActiveRun) => Promise<Report>;

/** Coordinates one appointment of a run: takes the fence, has the stages done, records the end, appoints the next head. */
export async function coordinateRun(
  runtime: Runtime,
  handler: RunHandler,
  taken: Taken<RunJobData>,
): Promise<RunJobResult> {
  const { job } = taken;
  const data = readRunJob(job);
  const started = await runtime.lines.start(
    data.runId,
    data.n,
    `${runtime.workerName}-${randomUUID().slice(0, 8)}`,
    leaseOf(taken, runtime.runs),
  );
  if (started.status === 'stale') throw leaseLost(data.runId);
  if (started.status === 'paused') return { skipped: 'its line is paused' };
  if (started.status !== 'ok') return notMine(runtime, job, started);

  const fence = started.fence ?? '';
  const ended = await handle(runtime, handler, taken, data.runId, started);
  if (ended === 'hand-back') {
    await job.moveToWait(taken.token);
    throw new bullmq.WaitingError();
  }
  if (ended === 'lock-lost') throw leaseLost(data.runId);
  const { outcome, report, error } = ended;
  const reply = await runtime.lines.finish({
    runId: data.runId,
    fence,
    outcome,
    ...(error === undefined ? {} : { error: JSON.stringify(toErrorReport(error)) }),
    ...(report === undefined ? {} : { report: JSON.stringify(report) }),
  });
  await appoint(runtime.runs, reply.head);
  if (reply.status === 'stale') throw unrecoverable(new QueueError('RUN_STALE', `run ${data.runId} was taken over`));
  runtime.logger.info(
    { runId: data.runId, state: reply.state, code: error && toHyperferryError(error).code },
    'run ended',
  );
  if (outcome !== 'succeeded' || report === undefined) throw unrecoverable(error);
  await untilChildrenAreDone(job, taken.signal);
  return report;
}

function leaseLost(runId: string): QueueError {
  return new QueueError('RUN_STALE', `the lease of run ${runId} was lost`);
}

interface Ended {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly report?: Report;
  readonly error?: unknown;
}

async function handle(
  runtime: Runtime,
  handler: RunHandler,
  taken: Taken<RunJobData>,
  runId: string,
  { record: fields = [], fence = '', ageMs = 0 }: LineReply,
): Promise<Ended | 'hand-back' | 'lock-lost'> {
  let stages: StageClient | undefined;
  const deadline = startRunDeadline(runtime, { runId, fence, ageMs }, () => stages?.isWaiting() ?? false);
  const signal = AbortSignal.any([taken.signal, deadline.signal]);
  try {
    const record = readStarted(runId, fieldsOf(fields));
    stages = await openStageClient(runtime, runId, record, taken.job, signal);
    const report = reportSchema.parse(
      await handler({
        runId,
        target: record.target,
        server: record.server,
        spec: record.spec,
        generation: record.gen,
        submittedAt: new Date(record.submittedAt).toISOString(),
        signal,
        stage: stages.run,
        failedStage: stages.failedStage,
        now: runtime.clock.now,
      }),
    );
    if (report.outcome === 'succeeded') return { outcome: 'succeeded', report };
    const error = report.error ? toReportError(report) : new QueueError('INTERNAL', `run ${runId} reported no error`);
    if (report.error?.code === 'RUN_STALE') return 'lock-lost';
    return (
      stopKindOf(taken.signal) ?? { outcome: report.outcome === 'cancelled' ? 'cancelled' : 'failed', report, error }
    );
  } catch (thrown) {
    const stopped = stopKindOf(taken.signal);
    if (stopped) return stopped;
    const error = toHyperferryError(thrown);
    if (error.code === 'RUN_STALE') return 'lock-lost';
    return { outcome: error.code === 'RUN_CANCELLED' ? 'cancelled' : 'failed', error };
  } finally {
    stages?.stop();
    deadline.stop();
  }
}

function toReportError(report: Report): Error {
  const { code = 'INTERNAL', message = '', details = {} } = report.error ?? {};
  return new QueueError(code as 'INTERNAL', message, { details });
}

/** The job's run is not at its line's head in this appointment: superseded, ended, or a Retry on the board. */
async function notMine(runtime: Runtime, job: Job<RunJobData>, started: LineReply): Promise<RunJobResult> {
  await appoint(runtime.runs, started.head);
  if (job.attemptsMade > 0) {
    throw unrecoverable(
      new QueueError(
        'RUN_RETRY_DIRECT',
        `run ${job.data.runId} is not to be done by this job; use: hyperferry retry ${job.data.runId}`,
      ),
    );
  }
  return { skipped: started.state ? `the run is ${started.state}` : 'the run is unknown' };
}

function readRunJob(job: Job<RunJobData>): RunJobData {
  try {
    const data = parseJobData(runJobSchema, job.data, `job ${job.id} on runs`);
    if (job.id === runJobId(data)) return data;
    throw new QueueError('JOB_DATA_INVALID', `job ${job.id} on runs belongs to another run`);
  } catch (error) {
    throw unrecoverable(error);
  }
}

/** BullMQ refuses to complete a job whose children are open; a stage's job closes moments after its outcome. */
async function untilChildrenAreDone(job: Job<RunJobData>, signal: AbortSignal): Promise<void> {
  for (let waitMs = 5; !signal.aborted; waitMs = Math.min(waitMs * 2, 1000)) {
    const { unprocessed = 0 } = await job.getDependenciesCount({ unprocessed: true });
    if (unprocessed === 0) return;
    await sleep(waitMs, undefined, { signal }).catch(() => {});
  }
}

/** @throws {QueueError} RUN_UNREADABLE, SPEC_VERSION_UNKNOWN: this run is for a worker of another version */
function readStarted(runId: string, fields: Readonly<Record<string, string>>): RunRecord {
  const version = Number(fields['v']);
  if (version > SPEC_VERSION) {
    throw new QueueError(
      'SPEC_VERSION_UNKNOWN',
      `run ${runId} was submitted with data version ${version}; this worker reads version ${SPEC_VERSION}`,
    );
  }
  const record = recordOf(runId, fields);
  if (record === undefined) throw new QueueError('RUN_UNREADABLE', `run ${runId} has no record`);
  return record;
}
