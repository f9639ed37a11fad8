import type { Command } from 'commander';

import { steerEach } from '../steer-each.ts';

/** `hyperferry release RUN…`: lets held runs try again at their places. */
export function addReleaseCommand(program: Command): void {
  program
    .command('release')
    .description('let held runs try again, before all others of their targets')
    .argument('<runs...>', 'ids of held runs')
    .option('--json', 'print one JSON object for each run')
    .action((runIds: string[], { json }: { readonly json?: boolean }) =>
      steerEach(runIds, json, (queue, runId) => queue.release(runId)),
    );
}
