import type { CellDialect } from './cell-dialect.ts';
import { type ReadRecord, readRecord, type ReadRecordOptions } from './read-record.ts';

/** Reads the record that begins at `at`; undefined when more text is needed first. Records are to be read in their order. */
export type RecordReader = (text: string, at: number, options: ReadRecordOptions) => ReadRecord | undefined;

/** A carriage return is looked at as a part of a cell in records up to this length: a whole file may follow without another newline. */
const MAX_CELL_WITH_RETURN = 1 << 16;

/**
 * A reader of records that end as the dialect says, or otherwise: a carriage return that stands alone ends a record or is a part
 * of a cell, whichever gives records their number of cells. So is a line feed in a file whose records end with carriage returns.
 */
export function createRecordReader(dialect: CellDialect): RecordReader {
  let current = dialect;
  let other: CellDialect = { ...dialect, newline: dialect.newline === 'mixed' ? '\n' : 'mixed' };
  return (text, at, options) => {
    const record = readRecord(text, at, current, options);
    const { width = 1 } = options;
    if (record === undefined || record.cells.length === width || width < 2) return record;
    // Quoted it is data, and so it is where nothing else says that the file has comments: a broken row may begin with #.
    if (dialect.hasComments === true && record.cells.length === 1 && text[at] === '#')
      return { ...record, isComment: true };
    const otherwise =
      current.newline === 'mixed' ? whole(text, at, options) : firstPart(text, at, record.next, options);
    if (otherwise === undefined) return record;
    [current, other] = [other, current];
    return otherwise;
  };

  /** The record with its carriage returns as parts of cells, when it is proper then. */
  function whole(text: string, at: number, options: ReadRecordOptions): ReadRecord | undefined {
    const near = text.slice(at, at + MAX_CELL_WITH_RETURN);
    const lf = near.indexOf('\n');
    if (!/\r(?!\n)/.test(lf < 0 ? near : near.slice(0, lf + 1)) || (lf < 0 && !options.isLast)) return undefined;
    const record = readRecord(text, at, other, options);
    return record !== undefined && isProper(record, options) ? record : undefined;
  }

  /** The first of several records that the other newline makes of this one, when any of them is proper. */
  function firstPart(text: string, at: number, end: number, options: ReadRecordOptions): ReadRecord | undefined {
    const lone = current.newline === '\r' ? /\n/ : /\r(?!\n)/;
    if (!lone.test(text.slice(at, end))) return undefined;
    const first = readRecord(text, at, other, options);
    for (let part = first; part !== undefined; part = readRecord(text, part.next, other, options)) {
      if (part.next > end) return undefined;
      if (isProper(part, options)) return first;
      if (part.next === end) return undefined;
    }
    return undefined;
  }
}

function isProper({ cells, reading }: ReadRecord, { width }: ReadRecordOptions): boolean {
  return cells.length === width && reading === 'regular';
}
