import type { Dialect } from '@hyperferry/schema';

import { detectDelimiter, SAMPLE_RECORDS, sampleRecords, usualWidth } from '../dialect/detect-delimiter.ts';
import { detectHeader } from '../dialect/detect-header.ts';
import { withWholeTitles } from '../dialect/detect-preamble.ts';
import { detectNewline, hasLoneReturn } from '../dialect/detect-newline.ts';
import { joinHeader } from './join-header.ts';
import { endOfComments, readSeparator, startInComments } from './find-start.ts';
import { isNoRecord } from '../records/is-no-record.ts';
import type { CellDialect } from '../records/cell-dialect.ts';
import type { ReadRecord } from '../records/read-record.ts';
import type { Cell } from '../records/split-cells.ts';

export interface SniffedText {
  readonly dialect: Dialect;
  readonly cells: CellDialect;
  /** Where the table begins: behind a line `sep=;` and leading comments. */
  readonly start: number;
  /** Leading lines that are comments. */
  readonly commentLines: number;
  /** Cells of a regular record, header and all: by it the records down to the header are read. */
  readonly width: number;
  /** Cells of a regular data record, by which these are read: the header may have a separator too many or too few. */
  readonly bodyWidth: number;
  /** No data record has as many cells as the header names: all have `bodyWidth`, notes of one cell left aside. */
  readonly isNarrow: boolean;
  /** Data records end with a delimiter that the header lacks: their last cell is none. */
  readonly hasEndDelimiter: boolean;
  /** 0 to 1. */
  readonly confidence: number;
  /** The delimiter that does best besides. */
  readonly nextDelimiter: string | undefined;
  /** Records of the beginning, preamble and header included. */
  readonly records: readonly Cell[][];
  /** Comments stand among them. */
  readonly hasComments: boolean;
  /** Every record of them was read as the dialect says, and no blank line or comment stands among them. */
  readonly isRegular: boolean;
  /** They are all of the text. */
  readonly isWhole: boolean;
}

/** Finds the dialect of a text by its beginning; what `given` says is not questioned. */
export function sniffText(text: string, isWhole: boolean, given: Partial<Dialect> = {}): SniffedText {
  const separator = readSeparator(text);
  const known = separator.delimiter === undefined ? given : { delimiter: separator.delimiter, ...given };
  const rest = text.slice(separator.start);
  const end = endOfComments(rest);
  const table = sniffTable(rest.slice(end), isWhole, known, end > 0);
  // Of a single column, what begins with # is as good as anything else.
  if (end === 0 || table.width === 1)
    return {
      ...(end === 0 ? table : sniffTable(rest, isWhole, known, false)),
      start: separator.start,
      commentLines: 0,
    };
  const comments = rest.slice(0, end);
  const split = (line: string): readonly Cell[] => {
    const [record] = sampleRecords(line, table.cells, true, undefined, 1);
    return record?.cells ?? [];
  };
  const start = startInComments(comments, split, table.records, table.width);
  const commentLines = comments.slice(0, start).match(/^[ \t]*#/gm)?.length ?? 0;
  const whole = start === end ? table : sniffTable(rest.slice(start), isWhole, known, commentLines > 0);
  return { ...whole, start: separator.start + start, commentLines };
}

function sniffTable(
  text: string,
  isWhole: boolean,
  given: Partial<Dialect>,
  hasComments: boolean,
): Omit<SniffedText, 'start' | 'commentLines'> {
  const counted = given.newline ?? detectNewline(text);
  const found = detectDelimiter(text, counted, isWhole, given);
  const asFound = { ...found.dialect, hasComments };
  const hasLone = counted !== '\r' && hasLoneReturn(text, asFound.quote, isWhole);
  const { cells, sample } =
    hasLone && given.newline === undefined
      ? fittingNewline(text, isWhole, asFound, found.width)
      : { cells: asFound, sample: sampleRecords(text, asFound, isWhole, found.width) };
  const { newline } = cells;
  const { records, afterBlank } = withoutBlanks(sample);
  const all = withWholeTitles(records, found.width);
  const table = found.isAmongNotes ? all.slice(0, all.findLastIndex(({ length }) => length === found.width) + 1) : all;
  const header = detectHeader(table, found.width, { afterBlank, skipRows: given.skipRows });
  const headerRows = given.headerRows ?? header.headerRows;
  const body = all.slice(header.skipRecords + headerRows);
  const usual = body.length === 0 || found.isAmongNotes ? found.width : usualWidth(body).width;
  const names = joinHeader(all.slice(header.skipRecords, header.skipRecords + headerRows), usual).length;
  const isNarrow = names > usual && body.length > 0 && body.every(({ length }) => length === usual || length === 1);
  // Rows that lack a cell are short ones, however many they are, as soon as others have as many as the header.
  const bodyWidth = isNarrow ? usual : Math.max(names, usual);
  const reread =
    bodyWidth === found.width
      ? { sample, records: all }
      : rereadBody(text, isWhole, cells, bodyWidth, sample, records, header.skipRecords + headerRows);
  return {
    dialect: {
      delimiter: cells.skipBlanks ? `${cells.delimiter} ` : cells.delimiter,
      quote: cells.quote,
      escape: cells.escape ?? cells.quote,
      newline,
      headerRows,
      skipRows: header.skipRecords,
      footerRows: given.footerRows ?? 0,
    },
    cells,
    width: found.width,
    bodyWidth,
    isNarrow,
    hasEndDelimiter: hasEndDelimiter(reread.records.slice(header.skipRecords), headerRows, bodyWidth),
    confidence: Math.round(found.confidence * header.confidence * 100) / 100,
    nextDelimiter: found.next,
    records: reread.records,
    hasComments: reread.sample.some(({ isComment }) => isComment === true),
    isRegular:
      !hasLone &&
      reread.sample.every(({ reading }) => reading === 'regular') &&
      (found.width === 1 || reread.records.length === reread.sample.length),
    isWhole: isWhole && reread.sample.length < SAMPLE_RECORDS,
  };
}

function hasEndDelimiter(records: readonly (readonly Cell[])[], headerRows: number, bodyWidth: number): boolean {
  const header = records.slice(0, headerRows);
  const proper = records.slice(headerRows).filter(({ length }) => length === bodyWidth);
  if (header.length === 0 || bodyWidth < 3 || proper.length === 0) return false;
  return header.every(({ length }) => length === bodyWidth - 1) && proper.every((cells) => cells.at(-1) === null);
}

/** The records that are some, and before which of them a blank line stands. */
function withoutBlanks(sample: readonly ReadRecord[]) {
  const records: ReadRecord[] = [];
  const afterBlank = new Set<number>();
  for (const record of sample) {
    if (!isNoRecord(record)) records.push(record);
    else if (record.isComment !== true) afterBlank.add(records.length);
  }
  return { records, afterBlank: [...afterBlank] };
}

/** How many cells are expected decides how odd quotes are read: data records of another width than the header's are read by their own. */
function rereadBody(
  text: string,
  isWhole: boolean,
  cells: CellDialect,
  width: number,
  sample: readonly ReadRecord[],
  all: readonly ReadRecord[],
  headerEnd: number,
) {
  const before = sample.slice(0, sample.indexOf(all[headerEnd]!));
  const start = before.at(-1)?.next ?? 0;
  const body = sampleRecords(text.slice(start), cells, isWhole, width, SAMPLE_RECORDS - before.length);
  const records = [...all.slice(0, headerEnd), ...withoutBlanks(body).records];
  return { sample: [...before, ...body], records: records.map((record) => record.cells) };
}

/** A carriage return that stands alone ends a record or is a part of a cell: whichever leaves fewer records of another width. */
function fittingNewline(text: string, isWhole: boolean, dialect: CellDialect, width: number) {
  const read = (newline: Dialect['newline']) => {
    const cells = { ...dialect, newline };
    const sample = sampleRecords(text, cells, isWhole, width);
    const misfits = sample.filter((record) => record.cells.length !== width && !isNoRecord(record)).length;
    return { cells, sample, misfits };
  };
  const asCounted = read(dialect.newline);
  if (width < 2) return asCounted;
  const other = read(dialect.newline !== 'mixed' ? 'mixed' : text.includes('\r\n') ? '\r\n' : '\n');
  return other.misfits < asCounted.misfits ? other : asCounted;
}
