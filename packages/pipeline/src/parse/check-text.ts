import { MAX_RECORD_BYTES, recordTooLong, SourceError } from '@hyperferry/sources';

const LF = 10;
const CR = 13;

/**
 * Looks for what the engine reads without a word, though it is damage, which is for the text layer. A quote opens a cell at its
 * beginning, closes it at its end, or is doubled: anywhere else it switches quoting on or off and is lost. A NUL is kept as text.
 * So are lines, and cells over several lines, that are longer than a record may be.
 */
export function createTextCheck(
  { delimiter, quote }: { readonly delimiter: string; readonly quote: string | null },
  sourceName: string,
): (chunk: Buffer) => void {
  const checkLines = createLineCheck(sourceName);
  const checkQuotes = quote === null ? undefined : createQuoteCheck({ delimiter, quote }, sourceName);
  return (chunk) => {
    if (chunk.includes(0))
      throw new SourceError('CSV_ENCODING_INVALID', `"${sourceName}": a NUL byte stands in the text`);
    checkLines(chunk);
    checkQuotes?.(chunk);
  };
}

/** Lines shorter than a chunk need no look. */
function createLineCheck(sourceName: string): (chunk: Buffer) => void {
  let length = 0;
  let last = LF;
  return (chunk) => {
    if (chunk.length === 0) return;
    const first = chunk.indexOf(LF);
    length += first < 0 ? chunk.length : first;
    const before = first === 0 ? last : chunk[(first < 0 ? chunk.length : first) - 1];
    // A carriage return before the newline is no part of the line.
    if (length - (before === CR ? 1 : 0) > MAX_RECORD_BYTES) throw recordTooLong(sourceName);
    if (first >= 0) length = chunk.length - 1 - chunk.lastIndexOf(LF);
    last = chunk[chunk.length - 1]!;
  };
}

function createQuoteCheck(
  { delimiter, quote }: { readonly delimiter: string; readonly quote: string },
  sourceName: string,
): (chunk: Buffer) => void {
  const mark = quote.charCodeAt(0);
  const separator = delimiter.charCodeAt(0);
  let isQuoted = false;
  // The last byte of the chunk before, and whether it was a quote that still waits for what follows it.
  let last = LF;
  let isWaiting = false;
  let seen = 0;
  let openedAt = 0;
  let closedAt = -1;
  const endsCell = (byte: number | undefined): boolean =>
    byte === separator || byte === LF || byte === CR || byte === mark;
  const beginsCell = (byte: number): boolean => byte === separator || byte === LF || byte === CR || byte === mark;

  return (chunk) => {
    if (chunk.length === 0) return;
    if (isWaiting && !endsCell(chunk[0])) throw strayQuote(sourceName);
    isWaiting = false;
    for (let at = chunk.indexOf(mark); at >= 0; at = chunk.indexOf(mark, at + 1)) {
      if (isQuoted) {
        if (at + 1 === chunk.length) isWaiting = true;
        else if (!endsCell(chunk[at + 1])) throw strayQuote(sourceName);
      } else {
        const before = at === 0 ? last : chunk[at - 1]!;
        // A byte order mark before the first quote is not part of a cell.
        const isAfterMark = seen + at === 3 && before === 0xbf;
        if (!beginsCell(before) && !isAfterMark) throw strayQuote(sourceName);
      }
      isQuoted = !isQuoted;
      if (!isQuoted) closedAt = seen + at;
      // A doubled quote does not begin another cell.
      else if (seen + at !== closedAt + 1) openedAt = seen + at;
      if (closedAt - openedAt >= MAX_RECORD_BYTES) throw recordTooLong(sourceName);
    }
    if (isQuoted && seen + chunk.length - openedAt > MAX_RECORD_BYTES) throw recordTooLong(sourceName);
    last = chunk[chunk.length - 1]!;
    seen += chunk.length;
  };
}

// Treated like a quote that is never closed: the text layer reads the file instead.
function strayQuote(name: string): SourceError {
  return new SourceError('CSV_QUOTE_UNTERMINATED', `"${name}": a quote stands in the middle of a cell`);
}
