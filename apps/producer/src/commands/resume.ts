import type { Command } from 'commander';

import { addPauseOptions, type PauseOptions, setPaused } from '../pause-scope.ts';

/** `hyperferry resume`: the reverse of pause. */
export function addResumeCommand(program: Command): void {
  addPauseOptions(
    program.command('resume').description('let what was paused go on: a target, a queue, or all queues'),
  ).action((options: PauseOptions) => setPaused(options, false));
}
