import { HyperferryError, outputError } from '@hyperferry/schema/errors';

import { printError } from './print-error.ts';

/** What a shell says of a program that SIGPIPE ended: Node ignores that signal. */
const READER_GONE_EXIT = 141;

const broken = new AbortController();

/** Aborted when standard output takes nothing more: what was to be said about that is said, the exit status is set. */
export const outputBroken: AbortSignal = broken.signal;

/**
 * Hears of failed writes to standard output, which come at any time. A reader that has enough, such as `head`, is no error:
 * the program ends without a word, as others do.
 */
export function watchStandardOutput(argv: readonly string[]): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (outputBroken.aborted) return;
    const { code, message } = error;
    const isReaderGone = code === 'EPIPE' || (code === 'EIO' && process.stdout.isTTY);
    const known = outputError('standard output', error);
    const failure =
      known === error
        ? new HyperferryError('OUTPUT_NOT_WRITABLE', `cannot write standard output: ${message}`, { cause: error })
        : known;
    process.exitCode = isReaderGone ? READER_GONE_EXIT : printError(failure, argv);
    broken.abort(failure);
  });
  // Nobody hears what can't be said; the exit status remains.
  process.stderr.on('error', () => undefined);
}
