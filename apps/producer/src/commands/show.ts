import type { Command } from 'commander';

import { describeRun } from '../describe-run.ts';
import { printResult } from '../print-result.ts';
import { withRunQueue } from '../with-run-queue.ts';

/** `hyperferry show RUN`: what is known about one run, and what can be done. */
export function addShowCommand(program: Command): void {
  program
    .command('show')
    .description('show one run: state, rows, stages, error and what to do next')
    .argument('<run>', 'id of the run')
    .option('--json', 'print one JSON object')
    .action(async (runId: string, { json }: { readonly json?: boolean }) => {
      const [run, waits] = await withRunQueue((queue) => Promise.all([queue.getRun(runId), queue.waitReasons(runId)]));
      printResult(json, { ...run, ...(waits.length === 0 ? {} : { waits }) }, () => describeRun(run, waits));
    });
}
