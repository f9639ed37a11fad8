import { toErrorReport, toHyperferryError } from '@hyperferry/schema/errors';

/**
 * Writes an error to stderr: as sentences, or as one JSON object with `--json`; the stack only with `--verbose`.
 * @returns the exit status of the error's code
 */
export function printError(thrown: unknown, argv: readonly string[], context: { readonly file?: string } = {}): number {
  const error = toHyperferryError(thrown);
  if (argv.includes('--json')) {
    process.stderr.write(`${JSON.stringify({ ...toErrorReport(error), ...context })}\n`);
  } else {
    process.stderr.write(`hyperferry: ${error.code}: ${error.message}\n  ${error.next}\n`);
  }
  if (argv.includes('--verbose')) process.stderr.write(`${describeStack(error)}\n`);
  return error.exit;
}

function describeStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${describeStack(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
