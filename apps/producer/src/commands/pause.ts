import type { Command } from 'commander';

import { addPauseOptions, type PauseOptions, setPaused } from '../pause-scope.ts';

/** `hyperferry pause`: lets no more runs begin; what runs already goes on. */
export function addPauseCommand(program: Command): void {
  addPauseOptions(
    program.command('pause').description('let nothing new begin: of a target, of a queue, or at all'),
  ).action((options: PauseOptions) => setPaused(options, true));
}
