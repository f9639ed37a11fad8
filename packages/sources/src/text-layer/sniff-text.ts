import type { Dialect } from '@hyperferry/schema';

import { detectDelimiter, SAMPLE_RECORDS, sampleRecords } from '../dialect/detect-delimiter.ts';
import { detectHeader } from '../dialect/detect-header.ts';
import { detectNewline, hasLoneReturn } from '../dialect/detect-newline.ts';
import { isNoRecord } from '../records/is-no-record.ts';
import { type CellDialect, toCellDialect } from '../records/cell-dialect.ts';
import type { Cell } from '../records/split-cells.ts';

export interface SniffedText {
  readonly dialect: Dialect;
  readonly cells: CellDialect;
  /** Cells of a regular record. */
  readonly width: number;
  /** 0 to 1. */
  readonly confidence: number;
  /** Records of the beginning, preamble and header included. */
  readonly records: readonly Cell[][];
  /** Every record of them was read as the dialect says, and no blank line or comment stands among them. */
  readonly isRegular: boolean;
  /** They are all of the text. */
  readonly isWhole: boolean;
}

/** Finds the dialect of a text by its beginning; what `given` says is not questioned. */
export function sniffText(text: string, isWhole: boolean, given: Partial<Dialect> = {}): SniffedText {
  const counted = given.newline ?? detectNewline(text);
  const found = detectDelimiter(text, counted, isWhole, given);
  const asFound =
    given.delimiter === undefined
      ? found.dialect
      : toCellDialect({ ...found.dialect, ...given, newline: counted } as Dialect);
  const hasLone = counted !== '\r' && hasLoneReturn(text, asFound.quote, isWhole);
  const { cells, sample } =
    hasLone && given.newline === undefined
      ? fittingNewline(text, isWhole, asFound, found.width)
      : { cells: asFound, sample: sampleRecords(text, asFound, isWhole, found.width) };
  const { newline } = cells;
  const records: Cell[][] = [];
  const afterBlank = new Set<number>();
  for (const record of sample) {
    if (!isNoRecord(record.cells, found.width)) records.push(record.cells);
    else if (record.cells[0] === null) afterBlank.add(records.length);
  }
  const header = detectHeader(records, found.width, { afterBlank: [...afterBlank], skipRows: given.skipRows });
  return {
    dialect: {
      delimiter: cells.skipBlanks ? `${cells.delimiter} ` : cells.delimiter,
      quote: cells.quote,
      escape: cells.escape ?? cells.quote,
      newline,
      headerRows: given.headerRows ?? header.headerRows,
      skipRows: header.skipRecords,
      footerRows: given.footerRows ?? 0,
    },
    cells,
    width: found.width,
    confidence: Math.round(found.confidence * header.confidence * 100) / 100,
    records,
    isRegular:
      !hasLone &&
      sample.every(({ reading }) => reading === 'regular') &&
      (found.width === 1 || records.length === sample.length),
    isWhole: isWhole && sample.length < SAMPLE_RECORDS,
  };
}

/** A carriage return that stands alone ends a record or is a part of a cell: whichever leaves fewer records of another width. */
function fittingNewline(text: string, isWhole: boolean, dialect: CellDialect, width: number) {
  const read = (newline: Dialect['newline']) => {
    const cells = { ...dialect, newline };
    const sample = sampleRecords(text, cells, isWhole, width);
    const misfits = sample.filter((record) => record.cells.length !== width && !isNoRecord(record.cells, width)).length;
    return { cells, sample, misfits };
  };
  const asCounted = read(dialect.newline);
  if (width < 2) return asCounted;
  const other = read(dialect.newline !== 'mixed' ? 'mixed' : text.includes('\r\n') ? '\r\n' : '\n');
  return other.misfits < asCounted.misfits ? other : asCounted;
}
