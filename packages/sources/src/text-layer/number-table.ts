import type { Dialect } from '@hyperferry/schema';

import type { Cell } from '../records/split-cells.ts';
import type { TableRecord, TextTable } from './read-table.ts';

/** A record that can't be loaded as it stands. */
export interface MisfitRecord {
  /** Physical line on which it begins, from 1. */
  readonly line: number;
  /** Number among the data records, from 1. */
  readonly record: number;
  readonly text: string;
  readonly reason: string;
  readonly cellCount: number;
}

export interface NumberTableOptions {
  /** Short records are filled up, empty cells past the width cut; what is left doesn't fit. Default: false. */
  readonly pad?: boolean;
  /** Where no record has as many cells as the header names, the last columns are empty; else all of them are short. Default: true. */
  readonly fillsNarrow?: boolean;
  /** Awaited, so that no more of them wait than are written down. */
  readonly onMisfit: (record: MisfitRecord) => unknown;
}

/** How `numberTable` writes, whatever the dialect of the source: what the engine reads best. */
export const numberedDialect: Dialect = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  newline: '\n',
  headerRows: 0,
  skipRows: 0,
  footerRows: 0,
};

const BATCH_CHARS = 1 << 18;

/**
 * The data records of a table as the engine can read them: UTF-8, comma, LF, `<line>,<record>,` before each; records that
 * don't have the proper number of cells are kept back. For files that the engine can't read itself.
 */
export async function* numberTable(table: TextTable, options: NumberTableOptions): AsyncGenerator<Buffer> {
  const { width, bodyWidth, records } = table;
  const { pad = false, fillsNarrow = true } = options;
  const proper = fillsNarrow ? bodyWidth : Math.max(bodyWidth, width);
  let record = 0;
  let batch = '';
  for await (const read of records) {
    record += 1;
    const { length } = read.cells;
    // A delimiter at the end of records may be missing from one of them.
    const isProper = pad || length === proper || (length === width && proper > width);
    const cells = isProper ? fitted(read.cells, width) : read.cells;
    const reason = misfit(read, cells.length, isProper ? width : Math.min(proper, width));
    if (reason !== undefined)
      await options.onMisfit({ line: read.line, record, text: read.raw, reason, cellCount: length });
    else batch += `${read.line},${record},${cells.map(engineCell).join(',')}\n`;
    if (batch.length >= BATCH_CHARS) {
      yield Buffer.from(batch);
      batch = '';
    }
  }
  if (batch !== '') yield Buffer.from(batch);
}

function misfit({ reading }: TableRecord, cells: number, width: number): string | undefined {
  if (cells !== width) return `${cells} cells instead of ${width}`;
  // Guessing another delimiter is good for showing a file, not for loading it.
  if (reading === 'other-delimiter') return 'another delimiter than the rest of the file';
  return undefined;
}

function fitted(cells: readonly Cell[], width: number): readonly Cell[] {
  const padded = [...cells];
  while (padded.length > width && padded.at(-1) === null) padded.pop();
  while (padded.length < width) padded.push(null);
  return padded;
}

/** Nothing between delimiters is NULL to the engine, a pair of quotes an empty text; the reader tells them apart too. */
function engineCell(cell: Cell): string {
  if (cell === null) return '';
  return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
