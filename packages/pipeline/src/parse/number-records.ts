import { MAX_RECORD_BYTES, recordTooLong, SourceError } from '@hyperferry/sources';

import { isBlankLine } from './is-blank-line.ts';

/** A record that can't be loaded as it stands. */
export interface MalformedRecord {
  /** Physical line on which it begins, from 1. */
  readonly line: number;
  /** Number among the data records, from 1. */
  readonly record: number;
  readonly text: string;
  readonly reason: string;
}

export interface NumberRecordsOptions {
  /** For errors. */
  readonly sourceName: string;
  /** One byte. */
  readonly delimiter: string;
  /** One byte, or null. */
  readonly quote: string | null;
  /** Cells of a proper record. */
  readonly width: number;
  /** Records before the data. */
  readonly headerRows: number;
  /** Short records are filled up with empty cells, empty cells past the width are cut; what is left is malformed. */
  readonly pad?: boolean;
  readonly onMalformed: (record: MalformedRecord) => unknown;
}

/** What went through, counted as it goes. */
export interface NumberedCount {
  /** Data records: blank lines are none. */
  records: number;
  malformed: number;
}

const LF = 10;
const CR = 13;
const MAX_RECORD_LINES = 1000;
const PREFIX_BYTES = 32;

/**
 * Puts `<line>,<record>,` (with the CSV's own delimiter) before every record of a UTF-8 CSV, and keeps back those that the
 * engine would choke on. Quotes count as the engine counts them: each one switches quoting on or off.
 * @throws {SourceError} CSV_RECORD_TOO_LONG; CSV_QUOTE_UNTERMINATED where the text layer must read the file
 */
export async function* numberRecords(
  chunks: AsyncIterable<Buffer>,
  options: NumberRecordsOptions,
  count: NumberedCount,
): AsyncGenerator<Buffer> {
  const delimiter = options.delimiter.charCodeAt(0);
  const quote = options.quote === null ? -1 : options.quote.charCodeAt(0);
  const { width, onMalformed, pad = false } = options;
  let headerLeft = options.headerRows;
  let carry: Buffer = Buffer.alloc(0);
  let line = 1;
  // State of the record that is being read; it outlives the chunk.
  let scanned = 0;
  let isQuoted = false;
  let cells = 1;
  let extraLines = 0;
  let hasStrayQuote = false;

  const process = (bytes: Buffer, isLast: boolean): Buffer => {
    let out = Buffer.allocUnsafe(bytes.length + (bytes.length >> 2) + 4096);
    let length = 0;
    let start = 0;
    let at = scanned;

    const reserve = (needed: number): void => {
      if (length + needed <= out.length) return;
      const larger = Buffer.allocUnsafe((length + needed) * 2);
      out.copy(larger, 0, 0, length);
      out = larger;
    };
    const writeNumber = (value: number): void => {
      let digits = 1;
      for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
      let rest = value;
      for (let index = length + digits - 1; index >= length; index -= 1) {
        out[index] = 48 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
      length += digits;
      out[length] = delimiter;
      length += 1;
    };
    const malformed = (end: number, reason: string): void => {
      count.malformed += 1;
      onMalformed({ line, record: count.records, text: bytes.toString('utf8', start, end), reason });
    };
    const keep = (end: number, missing: number): void => {
      reserve(end - start + missing + PREFIX_BYTES);
      writeNumber(line);
      writeNumber(count.records);
      bytes.copy(out, length, start, end);
      length += end - start;
      for (let index = 0; index < missing; index += 1) out[length++] = delimiter;
      out[length++] = LF;
    };
    const endRecord = (lf: number): void => {
      const end = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf;
      if (isBlankLine(bytes, start, end, cells)) return;
      if (headerLeft > 0) {
        headerLeft -= 1;
        return;
      }
      count.records += 1;
      if (hasStrayQuote) malformed(end, 'a quote stands in the middle of a cell');
      else if (cells === width) keep(end, 0);
      else if (pad && cells < width) keep(end, width - cells);
      else if (pad) {
        const cut = cutEmpty(bytes, start, end, cells - width, delimiter);
        if (cut < 0) malformed(end, `${cells} cells instead of ${width}`);
        else keep(cut, 0);
      } else malformed(end, `${cells} cells instead of ${width}`);
    };
    const nextRecord = (from: number): void => {
      line += 1 + extraLines;
      start = from;
      isQuoted = false;
      cells = 1;
      extraLines = 0;
      hasStrayQuote = false;
    };
    // One quote too many must not take the file along: only its first line is lost.
    const giveUp = (): number => {
      const lf = bytes.indexOf(LF, start);
      const end = lf < 0 ? bytes.length : lf;
      if (end - start > MAX_RECORD_BYTES) throw recordTooLong(options.sourceName, line);
      if (headerLeft > 0) headerLeft -= 1;
      else {
        count.records += 1;
        malformed(end, 'a quote is opened and never closed');
      }
      extraLines = 0;
      nextRecord(lf < 0 ? bytes.length : lf + 1);
      return start;
    };

    for (;;) {
      const size = bytes.length;
      while (at < size) {
        const byte = bytes[at]!;
        if (byte === quote) {
          // To the engine such a quote would switch quoting and be lost.
          const before = at === start ? LF : bytes[at - 1]!;
          if (isQuoted) {
            if (at + 1 === size && !isLast) break;
            const after = at + 1 === size ? LF : bytes[at + 1]!;
            if (after !== delimiter && after !== LF && after !== CR && after !== quote) hasStrayQuote = true;
          } else if (before !== delimiter && before !== LF && before !== quote) hasStrayQuote = true;
          isQuoted = !isQuoted;
        } else if (byte === LF) {
          if (isQuoted) {
            extraLines += 1;
            if (extraLines > MAX_RECORD_LINES || at - start > MAX_RECORD_BYTES) {
              at = giveUp();
              continue;
            }
          } else {
            if (at - start > MAX_RECORD_BYTES && at - start - (bytes[at - 1] === CR ? 1 : 0) > MAX_RECORD_BYTES) {
              at = giveUp();
              continue;
            }
            endRecord(at);
            nextRecord(at + 1);
          }
        } else if (!isQuoted) {
          if (byte === delimiter) cells += 1;
          else if (byte === CR) {
            // What follows decides: it may be in the next chunk.
            if (at + 1 === size && !isLast) break;
            if (at + 1 < size && bytes[at + 1] !== LF) throw loneReturn(options.sourceName);
          }
        }
        at += 1;
      }
      // Whatever comes, it is too long already, and more of it would only take memory.
      if (at - start > MAX_RECORD_BYTES + 1 || (isLast && at - start > MAX_RECORD_BYTES)) {
        at = giveUp();
        continue;
      }
      if (!isLast || start >= size) break;
      if (isQuoted) {
        at = giveUp();
        continue;
      }
      endRecord(size);
      nextRecord(size);
      break;
    }
    carry = Buffer.from(bytes.subarray(start));
    scanned = at - start;
    return out.subarray(0, length);
  };

  for await (const chunk of chunks) {
    const out = process(carry.length === 0 ? chunk : Buffer.concat([carry, chunk]), false);
    if (out.length > 0) yield out;
  }
  const rest = process(carry, true);
  if (rest.length > 0) yield rest;
}

// Whether it ends a record or is a part of a cell, the text layer finds out: treated like a quote that is never closed.
function loneReturn(name: string): SourceError {
  return new SourceError('CSV_QUOTE_UNTERMINATED', `"${name}": a carriage return stands alone`);
}

/** End of a record without its last `surplus` cells, if all of them are empty; -1 if not. */
function cutEmpty(bytes: Buffer, start: number, end: number, surplus: number, delimiter: number): number {
  let at = end;
  for (let index = 0; index < surplus; index += 1) {
    at -= 1;
    if (at < start || bytes[at] !== delimiter) return -1;
  }
  return at;
}
