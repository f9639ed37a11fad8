import type { Command } from 'commander';

import { steerEach } from '../steer-each.ts';

interface CancelOptions {
  readonly acceptUnknown?: boolean;
  readonly json?: boolean;
}

/** `hyperferry cancel RUN…`: ends runs, wherever they are. */
export function addCancelCommand(program: Command): void {
  program
    .command('cancel')
    .description('end runs: waiting ones at once, running ones within seconds')
    .argument('<runs...>', 'ids of runs')
    .option('--accept-unknown', 'also a held run of which it is not known whether it has published')
    .option('--json', 'print one JSON object for each run')
    .action((runIds: string[], { acceptUnknown = false, json }: CancelOptions) =>
      steerEach(runIds, json, (queue, runId) => queue.cancel(runId, { acceptUnknown })),
    );
}
