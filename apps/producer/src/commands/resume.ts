import type { Command } from 'commander';

import { addPauseOptions, type PauseOptions, setPaused } from '../pause-scope.ts';

/** `hyperferry resume`: the reverse of pause. */
export function addResumeCommand(program: Command): void {
  addPauseOptions(
    program.command('resume').description('let what was paused go on: a target, a queue, all queues, all targets'),
  )
    .option('--targets', 'every target that was paused by itself; also beside --all')
    .action((options: PauseOptions) => setPaused(options, false));
}
