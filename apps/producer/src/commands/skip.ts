import type { Command } from 'commander';

import { steerEach } from '../steer-each.ts';

interface SkipOptions {
  readonly acceptUnknown?: boolean;
  readonly json?: boolean;
}

/** `hyperferry skip RUN…`: ends held runs as failed, so that their lines go on. */
export function addSkipCommand(program: Command): void {
  program
    .command('skip')
    .description('end held runs as failed, so that the next run of their targets begins')
    .argument('<runs...>', 'ids of held runs')
    .option('--accept-unknown', 'also where it is not known whether the run has published')
    .option('--json', 'print one JSON object for each run')
    .action((runIds: string[], { acceptUnknown = false, json }: SkipOptions) =>
      steerEach(runIds, json, (queue, runId) => queue.skip(runId, { acceptUnknown })),
    );
}
