import { type RunState, runStates } from '@hyperferry/queue';
import { HyperferryError } from '@hyperferry/schema';
import type { Command } from 'commander';

import { describeRuns } from '../describe-run.ts';
import { printResult } from '../print-result.ts';
import { withRunQueue } from '../with-run-queue.ts';

interface RunsOptions {
  readonly state?: string;
  readonly search?: string;
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** `hyperferry runs`: lists runs, newest first. */
export function addRunsCommand(program: Command): void {
  program
    .command('runs')
    .description('list runs, newest first')
    .option('--state <states>', `only these states: ${runStates.join(',')}`)
    .option('--search <text>', 'only runs whose id, connection, project or data source name contains this')
    .option('--limit <number>', 'at most this many, up to 500', '20')
    .option('--cursor <cursor>', 'the next page, as the page before printed it')
    .option('--json', 'print one JSON object: runs, cursor')
    .action(runs);
}

async function runs({ state, search, limit, cursor, json }: RunsOptions): Promise<void> {
  const states = state?.split(',').map(asState);
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 500) {
    throw new HyperferryError('USAGE_INVALID', `--limit is a number from 1 to 500, not ${JSON.stringify(limit)}`);
  }
  if (cursor !== undefined && !/^\(?\d+$/.test(cursor)) {
    throw new HyperferryError(
      'USAGE_INVALID',
      `--cursor is what the page before printed, not ${JSON.stringify(cursor)}`,
    );
  }
  const page = await withRunQueue((queue) =>
    queue.listRuns({
      limit: count,
      ...(states === undefined ? {} : { states }),
      ...(search === undefined ? {} : { text: search }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
  );
  printResult(json, page, () => {
    const more = page.cursor === undefined || page.runs.length < count ? '' : `\nmore: --cursor '${page.cursor}'`;
    return page.runs.length === 0 ? 'no runs' : `${describeRuns(page.runs)}${more}`;
  });
}

function asState(text: string): RunState {
  const state = runStates.find((known) => known === text.trim());
  if (state !== undefined) return state;
  throw new HyperferryError(
    'USAGE_INVALID',
    `there is no state ${JSON.stringify(text)}; the states are ${runStates.join(', ')}`,
  );
}
