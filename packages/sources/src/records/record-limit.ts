import { SourceError } from '../errors.ts';

/**
 * Longest record, in bytes of UTF-8 and without its newline: 16 MB, as docs/errors.md says. Readers hold a whole record in
 * memory, so this is what bounds it. Whoever reads records keeps to it, and fails by `recordTooLong`; only a record that goes on
 * over several lines within quotes may be told apart as a quote that was opened by mistake.
 */
export const MAX_RECORD_BYTES = 16_000_000;

/** `line`: the physical line on which the record begins, from 1; without it the text layer is asked for it. */
export function recordTooLong(sourceName: string, line?: number): SourceError {
  const where = line === undefined ? `"${sourceName}"` : `line ${line} of "${sourceName}"`;
  const details = line === undefined ? {} : { line };
  return new SourceError('CSV_RECORD_TOO_LONG', `${where}: a record is longer than 16 MB`, { details });
}

/** Is a text longer than a record may be? Counting its bytes is left out where its characters decide. */
export function isTooLong(text: string): boolean {
  if (text.length > MAX_RECORD_BYTES) return true;
  return text.length * 3 > MAX_RECORD_BYTES && Buffer.byteLength(text) > MAX_RECORD_BYTES;
}
