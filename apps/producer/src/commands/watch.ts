import type { RunProgress } from '@hyperferry/schema';
import type { Command } from 'commander';

import { describeRun } from '../describe-run.ts';
import { interruptSignal } from '../interrupt-signal.ts';
import { showProgress, succeededOrThrow } from '../progress.ts';
import { withRunQueue } from '../with-run-queue.ts';

/** `hyperferry watch RUN`: follows a run to its end. */
export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .description('follow a run until it has ended or is held; the exit status is that of the run')
    .argument('<run>', 'id of the run')
    .option('--json', 'print one JSON object for each change, the last with the whole run')
    .action(async (runId: string, { json = false }: { readonly json?: boolean }) => {
      await (json ? watchAsJson(runId) : watchAsText(runId));
    });
}

async function watchAsText(runId: string): Promise<void> {
  await withRunQueue(async (queue) => {
    const signal = interruptSignal();
    await showProgress((onProgress) => queue.waitForRun(runId, { signal, onProgress }), process.stderr.isTTY);
    process.stdout.write(`${describeRun(await queue.getRun(runId))}\n`);
  });
}

async function watchAsJson(runId: string): Promise<void> {
  await withRunQueue(async (queue) => {
    const print = (change: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(change)}\n`);
    const run = await queue.waitForRun(runId, {
      signal: interruptSignal(),
      onState: (state) => print({ event: 'state', state }),
      onProgress: (progress: RunProgress) => print({ event: 'progress', ...progress }),
    });
    print({ event: 'ended', run });
    succeededOrThrow(run);
  });
}
