import type { RunProgress } from '@hyperferry/schema';
import type { Command } from 'commander';

import { describeRun } from '../describe-run.ts';
import { describeWait } from '../describe-wait.ts';
import { interruptSignal } from '../interrupt-signal.ts';
import { parseDuration } from '../parse-duration.ts';
import { showProgress, succeededOrThrow, waitForRun } from '../progress.ts';
import { withRunQueue } from '../with-run-queue.ts';

interface WatchOptions {
  readonly json?: boolean;
  /** In milliseconds. */
  readonly timeout?: number;
}

/** `hyperferry watch RUN`: follows a run to its end. */
export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .description('follow a run until it has ended or is held; the exit status is that of the run')
    .argument('<run>', 'id of the run')
    .option('--timeout <duration>', 'wait no longer: 90s, 10m, 1h30m; the run goes on', parseDuration)
    .option('--json', 'print one JSON object for each change, the last with the whole run')
    .action(async (runId: string, { json = false, timeout }: WatchOptions) => {
      await (json ? watchAsJson(runId, timeout) : watchAsText(runId, timeout));
    });
}

async function watchAsText(runId: string, timeoutMs: number | undefined): Promise<void> {
  await withRunQueue(async (queue) => {
    const signal = interruptSignal();
    await showProgress(
      runId,
      (listeners) => waitForRun(queue, runId, { signal, timeoutMs, ...listeners }),
      process.stderr.isTTY,
    );
    process.stdout.write(`${describeRun(await queue.getRun(runId))}\n`);
  });
}

async function watchAsJson(runId: string, timeoutMs: number | undefined): Promise<void> {
  await withRunQueue(async (queue) => {
    const print = (change: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(change)}\n`);
    const run = await waitForRun(queue, runId, {
      signal: interruptSignal(),
      timeoutMs,
      onState: (state) => print({ event: 'state', state }),
      onProgress: (progress: RunProgress) => print({ event: 'progress', ...progress }),
      onWait: (reasons) => print({ event: 'waiting', text: describeWait(runId, reasons), reasons }),
    });
    print({ event: 'ended', run });
    succeededOrThrow(run);
  });
}
