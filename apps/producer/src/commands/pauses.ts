import type { Command } from 'commander';

import { describePauses } from '../pause-scope.ts';
import { printResult } from '../print-result.ts';
import { withRunQueue } from '../with-run-queue.ts';

/** `hyperferry pauses`: lists what is paused, and changes nothing. */
export function addPausesCommand(program: Command): void {
  program
    .command('pauses')
    .description('list the queues and targets that are paused; changes nothing')
    .option('--json', 'print one JSON object: queues, targets')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const pauses = await withRunQueue((queue) => queue.pauses());
      printResult(json, pauses, () => describePauses(pauses, 'paused'));
    });
}
