import type { RunQueue, RunView, WaitForRunOptions, WaitReason } from '@hyperferry/queue';
import {
  fromErrorReport,
  HyperferryError,
  type Report,
  type Stage,
  stages,
  toHyperferryError,
} from '@hyperferry/schema';
import { Listr } from 'listr2';

import { describeProgress } from './describe-progress.ts';
import { describeWait } from './describe-wait.ts';

/** What somebody who waits for a run is told. */
export type ProgressListeners = Required<Pick<WaitForRunOptions, 'onProgress' | 'onWait'>>;
/** Waits for a run, telling about each piece of progress. */
export type WaitForRun = (listeners: ProgressListeners) => Promise<RunView>;

/** Lines of a stage under way come no more often. */
const sayEveryMs = 30_000;

/**
 * Shows a run's stages while they work: a live list on a terminal, plain lines when piped.
 * @throws the run's own error when it didn't succeed
 */
export async function showProgress(runId: string, wait: WaitForRun, isTerminal: boolean): Promise<Report> {
  return succeededOrThrow(isTerminal ? await showList(runId, wait) : await wait(plainLines(runId)));
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

/**
 * Waits for a run; an error that says how long it waited says for what as well.
 * @throws {HyperferryError} RUN_WAIT_TIMEOUT, RUN_HELD
 */
export async function waitForRun(queue: RunQueue, runId: string, options: WaitForRunOptions): Promise<RunView> {
  try {
    return await queue.waitForRun(runId, options);
  } catch (error) {
    const { code, message, details } = toHyperferryError(error);
    if (code !== 'RUN_WAIT_TIMEOUT' && code !== 'RUN_HELD') throw error;
    const why = describeWait(runId, (details['reasons'] ?? []) as readonly WaitReason[]);
    throw new HyperferryError(code, why === undefined ? message : `${message}: ${why}`, { details, cause: error });
  }
}

function plainLines(runId: string): ProgressListeners {
  let last = '';
  let saidMs = performance.now();
  const say = (line: string): void => {
    if (line !== last) process.stderr.write(`${line}\n`);
    last = line;
    saidMs = performance.now();
  };
  return {
    onProgress(progress) {
      // The beginning and end of each stage, and a sign of life now and then: a log file wants no ticker.
      if (progress.state === 'running' && performance.now() - saidMs < sayEveryMs) return;
      say(`${progress.stage}: ${describeProgress(progress)}`);
    },
    onWait(reasons) {
      const why = describeWait(runId, reasons);
      if (why !== undefined) say(`waits: ${why}`);
    },
  };
}

async function showList(runId: string, wait: WaitForRun): Promise<RunView> {
  const gates = new Map<Stage, { done: () => void; fail: (error: Error) => void; promise: Promise<void> }>();
  const titles = new Map<Stage, (title: string) => void>();
  for (const stage of stages) gates.set(stage, deferred());

  let current: Stage = 'parse';
  const waiting = wait({
    onProgress(progress) {
      const { stage, state } = progress;
      titles.get(stage)?.(`${stage}  ${describeProgress(progress)}`);
      current = (state === 'done' ? stages[stages.indexOf(stage) + 1] : undefined) ?? stage;
      if (state === 'done') gates.get(stage)?.done();
    },
    onWait(reasons) {
      const why = describeWait(runId, reasons);
      titles.get(current)?.(why === undefined ? current : `${current}  waits: ${why}`);
    },
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
