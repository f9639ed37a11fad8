import type { Dialect } from '@hyperferry/schema';

/** One cell: null when nothing stands between the delimiters, '' when a pair of quotes does. */
export type Cell = string | null;

export interface ParsedText {
  readonly records: readonly Cell[][];
  /** Index of the first character after the last complete record. */
  readonly end: number;
  /** True when the text ends inside of a quoted cell. */
  readonly isUnterminated: boolean;
}

export interface ParseRecordsOptions {
  /** The text is cut off somewhere: its last record, if no newline ends it, is left out. */
  readonly isPartial?: boolean;
  readonly maxRecords?: number;
}

/**
 * Splits text into records exactly as the engine does: a quote toggles quoting wherever it stands, a doubled quote
 * inside of quotes is one quote, CR LF and LF end a record. Blank lines are records of one empty cell.
 */
export function parseRecords(
  text: string,
  dialect: Pick<Dialect, 'delimiter' | 'quote'>,
  options: ParseRecordsOptions = {},
): ParsedText {
  const { delimiter } = dialect;
  const quote = dialect.quote ?? '\u0001';
  const maxRecords = options.maxRecords ?? Number.POSITIVE_INFINITY;
  const records: Cell[][] = [];
  let cells: Cell[] = [];
  let cell = '';
  let hadQuote = false;
  let isQuoted = false;
  let end = 0;
  let at = 0;
  let from = 0;

  const endCell = (upTo: number): void => {
    cell += text.slice(from, upTo);
    cells.push(cell === '' && !hadQuote ? null : cell);
    cell = '';
    hadQuote = false;
  };
  const endRecord = (upTo: number): void => {
    endCell(upTo > from && text[upTo - 1] === '\r' ? upTo - 1 : upTo);
    records.push(cells);
    cells = [];
  };

  while (at < text.length && records.length < maxRecords) {
    const char = text[at]!;
    if (isQuoted) {
      const close = char === quote ? at : text.indexOf(quote, at);
      if (close < 0) break;
      cell += text.slice(from, close);
      at = close + 1;
      if (text[at] === quote) {
        cell += quote;
        at += 1;
      } else {
        isQuoted = false;
      }
      from = at;
    } else if (char === quote) {
      cell += text.slice(from, at);
      hadQuote = true;
      isQuoted = true;
      at += 1;
      from = at;
    } else if (char === delimiter) {
      endCell(at);
      at += 1;
      from = at;
    } else if (char === '\n') {
      endRecord(at);
      at += 1;
      from = at;
      end = at;
    } else {
      at += 1;
    }
  }
  const isUnterminated = isQuoted;
  const hasRest = end < text.length && records.length < maxRecords;
  if (hasRest && options.isPartial !== true) {
    endRecord(text.length);
    end = text.length;
  }
  return { records, end, isUnterminated };
}
