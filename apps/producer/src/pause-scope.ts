import type { Pauses, ResumeScope, RunQueue } from '@hyperferry/queue';
import { HyperferryError, parseWith, type Stage, targetSchema } from '@hyperferry/schema';
import { type Command, Option } from 'commander';

import { targetPath } from './describe-run.ts';
import { printResult } from './print-result.ts';
import { serverOf } from './server-of.ts';
import { withRunQueue } from './with-run-queue.ts';

/** What the commands pause and resume are given. */
export interface PauseOptions {
  readonly all?: boolean;
  /** Of resume. */
  readonly targets?: boolean;
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
    const scopes = await scopesOf(options, queue, env);
    for (const scope of scopes) {
      await (paused && scope.scope !== 'targets' ? queue.pause(scope) : queue.resume(scope));
    }
    const pauses = await queue.pauses();
    printResult(options.json, pauses, () => describePauses(pauses, paused ? 'paused' : 'still paused', !paused));
  });
}

/** All that is paused, one line each, and how to resume targets where that is asked for. */
export function describePauses({ queues, targets }: Pauses, word: string, tellsHow = true): string {
  if (queues.length + targets.length === 0) return 'nothing is paused';
  return [
    ...queues.map((name) => `${word}  queue ${name}`),
    ...targets.map((target) => `${word}  target ${targetPath(target)}`),
    // Somebody had a reason: what is sent to a target that should have waited can't be taken back.
    ...(!tellsHow || targets.length === 0
      ? []
      : [
          'resume a target with: hyperferry resume --project PATH --name NAME, or all of them with: hyperferry resume --targets',
        ]),
  ].join('\n');
}

async function scopesOf(
  options: PauseOptions,
  queue: RunQueue,
  env: NodeJS.ProcessEnv,
): Promise<readonly ResumeScope[]> {
  const { all = false, targets = false, queue: name, run, project, name: dataSource } = options;
  const byName = project !== undefined || dataSource !== undefined;
  if (targets && name === undefined && run === undefined && !byName) {
    return [...(all ? [{ scope: 'all' } as const] : []), { scope: 'targets' }];
  }
  if ([all, targets, name !== undefined, run !== undefined, byName].filter(Boolean).length !== 1) {
    throw new HyperferryError(
      'USAGE_INVALID',
      'say what: --all, --queue NAME, --run RUN_ID, or --project PATH with --name NAME (resume also: --targets)',
    );
  }
  if (all) return [{ scope: 'all' }];
  if (name !== undefined) return [{ scope: 'queue', queue: name }];
  if (run !== undefined) {
    const { server, target } = await queue.getRun(run);
    return [{ scope: 'target', server, target }];
  }
  if (project === undefined || dataSource === undefined) {
    throw new HyperferryError('USAGE_INVALID', 'a target needs both --project and --name');
  }
  const target = parseWith(targetSchema, { connection: options.connection, project, name: dataSource }, 'target');
  // Where this machine doesn't know the connection, the workers say what they mean by its name.
  const server = serverOf(target.connection, env);
  return [{ scope: 'target', ...(server === undefined ? {} : { server }), target }];
}
