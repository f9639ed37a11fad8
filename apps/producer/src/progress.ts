import type { RunView } from '@hyperferry/queue';
import {
  fromErrorReport,
  HyperferryError,
  type Report,
  type RunProgress,
  type Stage,
  stages,
} from '@hyperferry/schema';
import { Listr } from 'listr2';

/** Waits for a run, telling about each piece of progress. */
export type WaitForRun = (onProgress: (progress: RunProgress) => void) => Promise<RunView>;

/**
 * Shows a run's stages while they work: a live list on a terminal, plain lines when piped.
 * @throws the run's own error when it didn't succeed
 */
export async function showProgress(wait: WaitForRun, isTerminal: boolean): Promise<Report> {
  return succeededOrThrow(isTerminal ? await showList(wait) : await wait(plainLines()));
}

/** The report of a run that succeeded. @throws {HyperferryError} the run's own code, RUN_SUPERSEDED, RUN_CANCELLED, RUN_OUTCOME_UNKNOWN */
export function succeededOrThrow({ runId, state, report, error, supersededBy }: RunView): Report {
  if (state === 'succeeded' && report !== undefined) return report;
  if (error !== undefined) throw fromErrorReport(error);
  if (state === 'held') {
    throw new HyperferryError('RUN_OUTCOME_UNKNOWN', `run ${runId} is held: it is not known whether it has published`);
  }
  if (state === 'superseded') {
    throw new HyperferryError('RUN_SUPERSEDED', `run ${supersededBy ?? ''} of the same target replaced run ${runId}`);
  }
  throw new HyperferryError('RUN_CANCELLED', `run ${runId} was cancelled`);
}

function plainLines(): (progress: RunProgress) => void {
  let last = '';
  return (progress) => {
    const line = `${progress.stage}: ${progress.state === 'started' ? 'started' : describe(progress)}`;
    // Only the beginning and end of each stage: a log file wants no ticker.
    if (progress.state !== 'running' && line !== last) process.stderr.write(`${line}\n`);
    last = line;
  };
}

async function showList(wait: WaitForRun): Promise<RunView> {
  const gates = new Map<Stage, { done: () => void; fail: (error: Error) => void; promise: Promise<void> }>();
  const titles = new Map<Stage, (title: string) => void>();
  for (const stage of stages) gates.set(stage, deferred());

  const waiting = wait((progress) => {
    titles.get(progress.stage)?.(`${progress.stage}  ${describe(progress)}`);
    if (progress.state === 'done') gates.get(progress.stage)?.done();
  });
  const ended = waiting.then(
    ({ state, error }) => {
      const failed = new Error(error?.code ?? state);
      for (const gate of gates.values()) {
        if (state === 'succeeded') gate.done();
        else gate.fail(failed);
      }
    },
    (error: unknown) => {
      for (const gate of gates.values()) gate.fail(error instanceof Error ? error : new Error(String(error)));
    },
  );
  const list = new Listr(
    stages.map((stage) => ({
      title: stage,
      task: async (_context: unknown, task: { title?: string }) => {
        titles.set(stage, (title) => (task.title = title));
        await gates.get(stage)?.promise;
      },
    })),
    { exitOnError: true, rendererOptions: { collapseErrors: false, showErrorMessage: false } },
  );
  // The run's own report tells more about the failure than the list can.
  await list.run().catch(() => {});
  await ended;
  return await waiting;
}

function deferred(): { done: () => void; fail: (error: Error) => void; promise: Promise<void> } {
  let done = (): void => {};
  let fail = (_error: Error): void => {};
  const promise = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  promise.catch(() => {});
  return { done, fail, promise };
}

function describe({ state, rows, bytes, totalBytes, elapsedMs, note }: RunProgress): string {
  const parts = [
    rows === undefined ? '' : `${rows.toLocaleString('en-US')} rows`,
    bytes === undefined ? '' : formatBytes(bytes, totalBytes),
    state === 'done' && elapsedMs !== undefined ? `${(elapsedMs / 1000).toFixed(1)} s` : '',
    note ?? '',
    state === 'failed' ? 'failed' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? state : parts.join(', ');
}

function formatBytes(bytes: number, totalBytes: number | undefined): string {
  const megabytes = (value: number): string => (value / 1e6).toFixed(value < 10e6 ? 2 : 0);
  return totalBytes === undefined || totalBytes === bytes
    ? `${megabytes(bytes)} MB`
    : `${megabytes(bytes)} of ${megabytes(totalBytes)} MB`;
}
