import type { Command } from 'commander';

import { steerEach } from '../steer-each.ts';

interface RetryOptions {
  readonly force?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** `hyperferry retry RUN…`: puts ended runs at the end of their lines again. */
export function addRetryCommand(program: Command): void {
  program
    .command('retry')
    .description('do failed or cancelled runs again, from the stage that failed')
    .argument('<runs...>', 'ids of runs')
    .option('--force', 'publish older data although a newer run of the target has succeeded or waits')
    .option('--restart', 'do all stages again')
    .option('--json', 'print one JSON object for each run')
    .action((runIds: string[], { force = false, restart = false, json }: RetryOptions) =>
      steerEach(runIds, json, (queue, runId) => queue.retry(runId, { force, restart })),
    );
}
