import { CommanderError } from 'commander';

import { printError } from './print-error.ts';
import { createProgram } from './program.ts';

try {
  const program = await createProgram(process.argv.slice(2), process.env);
  await program.parseAsync(process.argv);
} catch (error) {
  // Commander has already written its own message about wrong use; help and version are not errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printError(error, process.argv);
}
