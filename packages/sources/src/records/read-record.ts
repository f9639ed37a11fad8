import type { CellDialect } from './cell-dialect.ts';
import { findLineEnd } from './line-end.ts';
import { MAX_RECORD_BYTES } from './record-limit.ts';
import { type Cell, type SplitRecord, splitRecord } from './split-cells.ts';

/** How a record was read: as it stands, or with its quotes or its delimiter taken otherwise than the dialect says. */
export type RecordReading = 'regular' | 'lenient-quotes' | 'literal-quotes' | 'other-delimiter';

export interface ReadRecord {
  readonly cells: Cell[];
  readonly next: number;
  readonly reading: RecordReading;
  /** A comment: no record. */
  readonly isComment?: boolean;
}

export interface ReadRecordOptions {
  /** The number of cells that a record should have; undefined when it isn't known. */
  readonly width?: number | undefined;
  /** No text comes after this. */
  readonly isLast: boolean;
}

/** An open quote is looked after for so many lines, and for as long as a record may be; what is longer was opened by mistake. */
const MAX_RECORD_LINES = 1000;
/** Unescaped quotes in a cell of several lines are followed this far. */
const MAX_LENIENT_LINES = 20;
const OTHER_DELIMITERS = [',', ';', '\t', '|', ' '];

/**
 * Reads the record that begins at `at`; undefined when more text is needed first. Where its quotes make no sense, or
 * don't give the expected number of cells, other readings are tried in the order of their likelihood, and the first
 * that gives the expected number is taken. One bad quote therefore never takes more than its own line along.
 */
export function readRecord(
  text: string,
  at: number,
  dialect: CellDialect,
  options: ReadRecordOptions,
): ReadRecord | undefined {
  const { width, isLast } = options;
  const line =
    findLineEnd(text, at, dialect.newline, isLast) ?? (isLast ? { end: text.length, next: text.length } : undefined);
  if (line === undefined) return undefined;
  const content = text.slice(at, line.end);
  // Blanks alone are a blank line, unless they are delimiters.
  if (content.trim() === '' && !content.includes(dialect.delimiter))
    return { cells: [null], next: line.next, reading: 'regular' };
  const hasQuote = dialect.quote !== null && content.includes(dialect.quote);
  const regular = splitRecord(text, at, dialect, { isLast, quotes: 'strict' });
  if (!hasQuote && typeof regular !== 'string') return fitting(regular, text, at, line, dialect, width);
  if (typeof regular !== 'string' && !isRunaway(text, at, regular.next)) {
    if (width === undefined || regular.cells.length === width) return { ...regular, reading: 'regular' };
  }
  if (regular === 'open' && !isLast && !isRunaway(text, at, text.length)) return undefined;

  const other = readOtherwise(text, at, line, dialect, options);
  if (other !== undefined && (width === undefined || other.cells.length === width)) return other;
  if (typeof regular !== 'string' && !isRunaway(text, at, regular.next)) {
    return fitting(regular, text, at, line, dialect, width);
  }
  return other ?? { cells: [text.slice(at, line.end)], next: line.next, reading: 'literal-quotes' };
}

type Line = { readonly end: number; readonly next: number };

function readOtherwise(
  text: string,
  at: number,
  line: Line,
  dialect: CellDialect,
  { width, isLast }: ReadRecordOptions,
): ReadRecord | undefined {
  let fallback: ReadRecord | undefined;
  let end: Line | undefined = line;
  for (let lines = 1; end !== undefined && lines <= MAX_LENIENT_LINES; lines += 1) {
    const split = splitRecord(text, at, dialect, { isLast, quotes: 'lenient', limit: end.end });
    if (typeof split !== 'string') {
      const read: ReadRecord = {
        cells: split.cells,
        next: Math.max(split.next, split.next >= end.end ? end.next : split.next),
        reading: 'lenient-quotes',
      };
      if (width === undefined || read.cells.length === width) return read;
      fallback ??= read;
    }
    if (lines === 1) {
      const literal = splitRecord(text, at, dialect, { isLast, quotes: 'literal', limit: end.end });
      if (typeof literal !== 'string') {
        const read: ReadRecord = { cells: literal.cells, next: end.next, reading: 'literal-quotes' };
        if (width === undefined || read.cells.length === width) return read;
        fallback = read;
      }
      // Without an expected width there is nothing by which longer readings could be better.
      if (width === undefined) break;
    }
    end = findLineEnd(text, end.next, dialect.newline, isLast);
  }
  return fallback;
}

/** A record whose number of cells is wrong may have been written with another delimiter. */
function fitting(
  regular: SplitRecord,
  text: string,
  at: number,
  line: Line,
  dialect: CellDialect,
  width: number | undefined,
): ReadRecord {
  if (width === undefined || width < 3 || regular.cells.length === width || regular.next !== line.next) {
    return { ...regular, reading: 'regular' };
  }
  for (const delimiter of OTHER_DELIMITERS) {
    // Words in a row are no cells by themselves.
    if (delimiter === ' ' && width < 5) continue;
    if (delimiter === dialect.delimiter || !text.slice(at, line.end).includes(delimiter)) continue;
    const options = { isLast: true, quotes: 'strict', limit: line.end } as const;
    const split = splitRecord(text, at, { ...dialect, delimiter, skipBlanks: false }, options);
    if (typeof split !== 'string' && split.cells.length === width) {
      return { cells: split.cells, next: line.next, reading: 'other-delimiter' };
    }
  }
  return { ...regular, reading: 'regular' };
}

function isRunaway(text: string, at: number, end: number): boolean {
  if (end - at > MAX_RECORD_BYTES) return true;
  let lines = 0;
  for (let lf = text.indexOf('\n', at); lf >= 0 && lf < end; lf = text.indexOf('\n', lf + 1)) {
    lines += 1;
    if (lines > MAX_RECORD_LINES) return true;
  }
  return false;
}
