import { Command } from 'commander';

import { addExtractCommand } from './commands/extract.ts';
import { addPublishCommand } from './commands/publish.ts';

/** The command line: one file a verb in `commands/`. Errors are thrown, not printed: `main.ts` decides. */
export function createProgram(): Command {
  const program = new Command('hyperferry')
    .description('Data into Tableau: CSV files to published .hyper data sources')
    .version('0.1.0')
    .exitOverride()
    .option('--verbose', 'show the stack of errors')
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true });
  addPublishCommand(program);
  addExtractCommand(program);
  return program;
}
