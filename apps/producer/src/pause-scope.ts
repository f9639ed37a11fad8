import type { PauseScope, RunQueue } from '@hyperferry/queue';
import { HyperferryError, parseWith, type Stage, targetSchema } from '@hyperferry/schema';
import { describeConnection, readConnection } from '@hyperferry/tableau';
import { type Command, Option } from 'commander';

import { targetPath } from './describe-run.ts';
import { printResult } from './print-result.ts';
import { withRunQueue } from './with-run-queue.ts';

/** What the commands pause and resume are given. */
export interface PauseOptions {
  readonly all?: boolean;
  readonly queue?: 'runs' | Stage;
  readonly run?: string;
  readonly project?: string;
  readonly name?: string;
  readonly connection: string;
  readonly json?: boolean;
}

/** The options that say what is paused or resumed. */
export function addPauseOptions(command: Command): Command {
  return command
    .option('--all', 'all four queues')
    .addOption(new Option('--queue <queue>', 'one queue').choices(['runs', 'parse', 'extract', 'publish']))
    .option('--run <run>', 'the target of this run')
    .option('--project <path>', 'the target with this project')
    .option('--name <name>', 'and this data source name')
    .option('--connection <name>', 'and this connection', 'default')
    .option('--json', 'print one JSON object: all that is paused now');
}

/** Pauses or resumes what the options say, then prints all that is paused. */
export async function setPaused(options: PauseOptions, paused: boolean): Promise<void> {
  await withRunQueue(async (queue, { env }) => {
    const scope = await scopeOf(options, queue, env);
    await (paused ? queue.pause(scope) : queue.resume(scope));
    const pauses = await queue.pauses();
    printResult(options.json, pauses, () => {
      const lines = [
        ...pauses.queues.map((name) => `paused  queue ${name}`),
        ...pauses.targets.map((target) => `paused  target ${targetPath(target)}`),
      ];
      return lines.length === 0 ? 'nothing is paused' : lines.join('\n');
    });
  });
}

async function scopeOf(options: PauseOptions, queue: RunQueue, env: NodeJS.ProcessEnv): Promise<PauseScope> {
  const { all = false, queue: name, run, project, name: dataSource } = options;
  const byName = project !== undefined || dataSource !== undefined;
  if ([all, name !== undefined, run !== undefined, byName].filter(Boolean).length !== 1) {
    throw new HyperferryError(
      'USAGE_INVALID',
      'say what: --all, --queue NAME, --run RUN_ID, or --project PATH with --name NAME',
    );
  }
  if (all) return { scope: 'all' };
  if (name !== undefined) return { scope: 'queue', queue: name };
  if (run !== undefined) {
    const { server, target } = await queue.getRun(run);
    return { scope: 'target', server, target };
  }
  if (project === undefined || dataSource === undefined) {
    throw new HyperferryError('USAGE_INVALID', 'a target needs both --project and --name');
  }
  const target = parseWith(targetSchema, { connection: options.connection, project, name: dataSource }, 'target');
  return { scope: 'target', server: describeConnection(readConnection(target.connection, env)), target };
}
