import type { CellDialect } from './cell-dialect.ts';
import { findLineEnd } from './line-end.ts';

/** One cell of the text layer: null when nothing stands between the delimiters, '' when a pair of quotes does. */
export type Cell = string | null;

export interface SplitRecord {
  readonly cells: Cell[];
  /** Index of the first character after the record and its newline. */
  readonly next: number;
}

/** `malformed`: a closing quote is followed by something else than a delimiter; `open`: the text ends inside of quotes. */
export type SplitFailure = 'malformed' | 'open';

export interface SplitOptions {
  readonly isLast: boolean;
  /**
   * How quotes are read. `strict`: RFC 4180. `lenient`: a quote closes a cell only before a delimiter or the end of the
   * record, others are text. `literal`: a quote that doesn't close properly is text, and so is its cell's beginning.
   */
  readonly quotes: 'strict' | 'lenient' | 'literal';
  /** The record ends here at the latest, for the readings that must not leave their lines. */
  readonly limit?: number;
}

/** Reads one record at `at` by one way of reading its quotes. */
export function splitRecord(
  text: string,
  at: number,
  dialect: CellDialect,
  options: SplitOptions,
): SplitRecord | SplitFailure {
  const { delimiter, quote } = dialect;
  const limit = options.limit ?? text.length;
  const cells: Cell[] = [];
  let from = at;
  // Looked for once a line, not once a cell: a record may have a million of them.
  let line = { end: -1, next: -1 };
  for (;;) {
    if (dialect.skipBlanks) while (text[from] === ' ' && from < limit) from += 1;
    if (quote !== null && text.startsWith(quote, from) && from < limit) {
      const quoted = readQuoted(text, from, dialect, options, limit);
      if (typeof quoted !== 'string') {
        cells.push(quoted.cell);
        if (quoted.ending.kind === 'record') return { cells, next: quoted.ending.next };
        from = quoted.ending.next;
        continue;
      }
      if (options.quotes !== 'literal') return quoted;
    }
    if (from > line.end) line = lineEndWithin(text, from, dialect, options, limit);
    const found = text.indexOf(delimiter, from);
    if (found >= 0 && found < line.end) {
      cells.push(plain(text.slice(from, found)));
      from = found + delimiter.length;
      continue;
    }
    cells.push(plain(text.slice(from, line.end)));
    return { cells, next: line.next };
  }
}

function plain(text: string): Cell {
  return text === '' ? null : text;
}

function lineEndWithin(text: string, from: number, dialect: CellDialect, { isLast }: SplitOptions, limit: number) {
  const line = findLineEnd(text, from, dialect.newline, isLast);
  return line === undefined || line.end > limit ? { end: limit, next: limit } : line;
}

type Ending = { readonly kind: 'cell' | 'record'; readonly next: number };

/** What follows a quote that may close a cell: a delimiter, the end of the record, or neither. */
function endingAt(
  text: string,
  at: number,
  dialect: CellDialect,
  options: SplitOptions,
  limit: number,
): Ending | undefined {
  let end = at;
  // Blanks between a closing quote and the delimiter are nobody's content.
  while (end < limit && text[end] === ' ' && dialect.delimiter !== ' ') end += 1;
  if (end < limit && text.startsWith(dialect.delimiter, end))
    return { kind: 'cell', next: end + dialect.delimiter.length };
  if (end >= limit) return { kind: 'record', next: limit };
  const line = findLineEnd(text, end, dialect.newline, options.isLast);
  if (line !== undefined && line.end === end) return { kind: 'record', next: line.next };
  return undefined;
}

function readQuoted(
  text: string,
  from: number,
  dialect: CellDialect,
  options: SplitOptions,
  limit: number,
): { cell: string; ending: Ending } | SplitFailure {
  const quote = dialect.quote as string;
  const { escape } = dialect;
  let cell = '';
  let at = from + 1;
  let copied = at;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close < 0 || close >= limit) return 'open';
    const escaped = escape === null ? -1 : text.indexOf(escape, at);
    if (escape !== null && escaped >= 0 && escaped < close) {
      // Only the quote and the escape itself are escaped; before anything else the character is text.
      const isEscape = text[escaped + 1] === quote || text[escaped + 1] === escape;
      cell += text.slice(copied, escaped);
      copied = isEscape ? escaped + 1 : escaped;
      at = isEscape ? escaped + 2 : escaped + 1;
      continue;
    }
    const isDoubled = escape === null && text[close + 1] === quote && close + 1 < limit;
    const ending = endingAt(text, close + 1, dialect, options, limit);
    if (ending !== undefined) return { cell: cell + text.slice(copied, close), ending };
    if (isDoubled) {
      // Read leniently, `""` before a delimiter is a quote of the text and the closing one.
      const after = options.quotes === 'strict' ? undefined : endingAt(text, close + 2, dialect, options, limit);
      if (after !== undefined) return { cell: cell + text.slice(copied, close + 1), ending: after };
      cell += text.slice(copied, close + 1);
      at = close + 2;
      copied = at;
      continue;
    }
    if (options.quotes !== 'lenient') return 'malformed';
    at = close + 1;
  }
}
