import { setTimeout as sleep } from 'node:timers/promises';

import type { ArtifactStore } from '@hyperferry/artifacts';
import { isRunId, type KeptRuns, openKeptRuns, type QueueConnection } from '@hyperferry/queue';
import type { Logger } from '@hyperferry/schema';

import { type SweepRules, sweepRun } from './sweep-run.ts';

export interface StartSweeperOptions {
  readonly artifacts: ArtifactStore;
  readonly connection: QueueConnection;
  readonly workerName: string;
  readonly rules: SweepRules;
  readonly logger: Logger;
  /** Pause between two rounds, in ms. Default: a tenth of the rules' `afterMs`, half a second to a minute. */
  readonly everyMs?: number;
}

/** Bounds of one round: folders that are looked up in Redis, and those of them that are listed in the store. */
const maxLooked = 20_000;
const maxListed = 5000;
const maxFailed = 10;
const batchSize = 100;

/**
 * Goes through the runs in the artifact store again and again, some at a time, and removes what nobody needs. One worker
 * of the fleet does it, the others wait for its turn to lapse. Never throws.
 */
export function startSweeper(options: StartSweeperOptions): { stop(): Promise<void> } {
  const { everyMs = Math.min(60_000, Math.max(500, options.rules.afterMs / 10)) } = options;
  const runs = openKeptRuns(options.connection);
  const stopped = new AbortController();
  const sweeping = keepSweeping(options, runs, Math.round(everyMs), stopped.signal);
  return {
    async stop() {
      stopped.abort();
      // A command that waits for Redis is ended with its client; a store that hangs is not waited for.
      runs.close();
      await Promise.race([sweeping, sleep(1000, undefined, { ref: false })]);
    },
  };
}

async function keepSweeping(
  options: StartSweeperOptions,
  runs: KeptRuns,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { artifacts, workerName, rules, logger } = options;
  let pass: AsyncIterator<string> | undefined;
  // Each pass asks Redis about every run that is kept: not more often than is of use.
  let nextPassMs = 0;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) break;
    try {
      if (!(await runs.takeTurn(workerName, everyMs * 3))) continue;
      if (pass === undefined && performance.now() >= nextPassMs) {
        pass = artifacts.listFolders('runs')[Symbol.asyncIterator]();
        nextPassMs = performance.now() + rules.afterMs / 2;
      }
      if (pass !== undefined && (await sweepSome(pass, options, runs, signal))) pass = undefined;
    } catch (error) {
      pass = undefined;
      if (!signal.aborted) logger.warn({ err: error }, 'could not tidy up the artifact store; trying again');
    }
  }
  await pass?.return?.();
}

/** Goes on with a pass for one round. True when the pass has come to its end. */
async function sweepSome(
  pass: AsyncIterator<string>,
  { artifacts, rules, logger }: StartSweeperOptions,
  runs: KeptRuns,
  signal: AbortSignal,
): Promise<boolean> {
  let looked = 0;
  let listed = 0;
  let failed = 0;
  while (looked < maxLooked && listed < maxListed && failed < maxFailed && !signal.aborted) {
    const { names, isEnd } = await takeNames(pass);
    const found = await runs.look(names);
    for (const [index, run] of found.entries()) {
      const runId = names[index] ?? '';
      if (signal.aborted) return true;
      if (run !== undefined && (run.isTidy || run.endedForMs === undefined)) continue;
      listed += 1;
      const swept = await sweepRun(artifacts, runId, run, rules).catch((error: unknown) => {
        // One folder that can't be tidied must not keep the others.
        logger.warn({ runId, err: error }, 'could not remove artifacts of a run; trying again later');
        return undefined;
      });
      if (swept === undefined) {
        failed += 1;
        continue;
      }
      const { removed, isTidy } = swept;
      if (run !== undefined && isTidy) await runs.markTidy(run);
      if (removed > 0) logger.debug({ runId, removed, known: run !== undefined }, 'artifacts removed');
    }
    looked += names.length;
    if (isEnd) return true;
  }
  return false;
}

async function takeNames(pass: AsyncIterator<string>): Promise<{ names: string[]; isEnd: boolean }> {
  const names: string[] = [];
  while (names.length < batchSize) {
    const next = await pass.next();
    if (next.done === true) return { names, isEnd: true };
    if (isRunId(next.value)) names.push(next.value);
  }
  return { names, isEnd: false };
}
