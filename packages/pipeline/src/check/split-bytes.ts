import { isUtf8 } from 'node:buffer';

import { type Cell, MAX_RECORD_BYTES } from '@hyperferry/sources';

import { isBlankLine } from '../parse/is-blank-line.ts';
import type { RecordForm } from './record-automaton.ts';

/** One record, read byte by byte as the engine reads it. */
export interface SplitBytes {
  readonly cells: readonly Cell[];
  /** Index after its last byte, without the newline. */
  readonly end: number;
  /** Index of the first byte of the next record. */
  readonly next: number;
  /** Newlines in it, those inside of quotes and its own. */
  readonly newlines: number;
  /** Its newline is that of the file. */
  readonly endsAsUsual: boolean;
  /** Only blanks: no record at all. */
  readonly isBlank: boolean;
}

/**
 * `open`: it does not end within the bytes. `lost`: it would never end, because of a quote, or a carriage return stands alone,
 * which may end it or not. `long`: its first line alone is
 * longer than a record may be. `damaged`: it is no text.
 */
export type SplitBytesFailure = 'open' | 'lost' | 'long' | 'damaged';

const LF = 10;
const CR = 13;
const MAX_RECORD_LINES = 1000;

/** Reads the record that begins at `start`. `isLast`: the file ends where the bytes end. */
export function splitBytes(
  bytes: Buffer,
  start: number,
  form: RecordForm,
  isLast: boolean,
): SplitBytes | SplitBytesFailure {
  const record = splitUnchecked(bytes, start, form, isLast);
  if (typeof record === 'string') return record;
  if (record.end - start > MAX_RECORD_BYTES) return tooLong(bytes, start);
  const text = bytes.subarray(start, record.next);
  return isUtf8(text) && !text.includes(0) ? record : 'damaged';
}

function splitUnchecked(
  bytes: Buffer,
  start: number,
  form: RecordForm,
  isLast: boolean,
): SplitBytes | Exclude<SplitBytesFailure, 'damaged'> {
  const delimiter = form.delimiter.charCodeAt(0);
  const quote = form.quote === null ? -1 : form.quote.charCodeAt(0);
  const cells: Cell[] = [];
  let from = start;
  let isQuoted = false;
  let hasQuotes = false;
  let newlines = 0;
  const cell = (end: number): void => {
    cells.push(hasQuotes ? unquoted(bytes.toString('utf8', from, end), form.quote!) : plain(bytes, from, end));
    from = end + 1;
    hasQuotes = false;
  };
  for (let at = start; ; at += 1) {
    if (at >= bytes.length) {
      if (!isLast) return at - start > MAX_RECORD_BYTES ? tooLong(bytes, start) : 'open';
      if (isQuoted) return 'lost';
      // A carriage return at the very end is the newline of the last record.
      const end = at > start && bytes[at - 1] === CR ? at - 1 : at;
      cell(end);
      return {
        cells,
        end,
        next: at,
        newlines,
        endsAsUsual: end === at,
        isBlank: isBlankLine(bytes, start, end, cells.length),
      };
    }
    const byte = bytes[at]!;
    if (byte === quote) {
      const before = at === start ? LF : bytes[at - 1]!;
      const after = at + 1 < bytes.length ? bytes[at + 1]! : LF;
      if (at + 1 >= bytes.length && !isLast) return 'open';
      const isProper = isQuoted
        ? after === delimiter || after === LF || after === CR || after === quote
        : before === delimiter || before === LF || before === quote;
      if (!isProper) return 'lost';
      isQuoted = !isQuoted;
      hasQuotes = true;
    } else if (isQuoted) {
      if (byte !== LF) continue;
      newlines += 1;
      if (newlines > MAX_RECORD_LINES || at - start > MAX_RECORD_BYTES) return 'lost';
    } else if (byte === delimiter) cell(at);
    else if (byte === CR) {
      if (at + 1 >= bytes.length && !isLast) return 'open';
      if (at + 1 < bytes.length && bytes[at + 1] !== LF) return 'lost';
    } else if (byte === LF) {
      const end = at > start && bytes[at - 1] === CR ? at - 1 : at;
      cell(end);
      const endsAsUsual = end < at === (form.newline === '\r\n');
      const isBlank = isBlankLine(bytes, start, end, cells.length);
      return { cells, end, next: at + 1, newlines: newlines + 1, endsAsUsual, isBlank };
    }
  }
}

/** A record of several lines may be one only because of a quote that was opened by mistake. */
function tooLong(bytes: Buffer, start: number): 'long' | 'lost' {
  const lf = bytes.indexOf(LF, start);
  return lf < 0 || lf - start > MAX_RECORD_BYTES ? 'long' : 'lost';
}

function plain(bytes: Buffer, from: number, end: number): Cell {
  return end === from ? null : bytes.toString('utf8', from, end);
}

function unquoted(text: string, quote: string): string {
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
