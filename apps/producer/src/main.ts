import { HyperferryError } from '@hyperferry/schema/errors';
import { CommanderError } from 'commander';

import { printError } from './print-error.ts';
import { createProgram } from './program.ts';
import { outputBroken, watchStandardOutput } from './standard-output.ts';

watchStandardOutput(process.argv);
try {
  const program = await createProgram(process.argv.slice(2), process.env);
  await program.parseAsync(process.argv);
} catch (error) {
  // Help and version are no errors, and printed already; where no command was named the help is the answer, too.
  const isHelp = error instanceof CommanderError && /^commander[.](?:help|helpDisplayed|version)$/.test(error.code);
  if (isHelp && (error.exitCode === 0 || !process.argv.includes('--json'))) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (!outputBroken.aborted) {
    process.exitCode = printError(error instanceof CommanderError ? usageError(error) : error, process.argv);
  }
}

function usageError({ code, message }: CommanderError): HyperferryError {
  const what = code === 'commander.help' ? 'no command is named' : message.replace(/^error: /, '');
  return new HyperferryError('USAGE_INVALID', what.replaceAll(/\s*\n\s*/g, ' '));
}
