import type { Cell } from '../records/split-cells.ts';
import { cellForm, isValueForm } from './cell-form.ts';
import { looksLikeNames } from './header-names.ts';
import { hasValueColumn } from './one-column.ts';

const MAX_PREAMBLE_ROWS = 50;
const BODY_RECORDS = 200;

/** Records above a table of three columns or more that are no part of it. */
export function countPreamble(records: readonly Cell[][], width: number): number {
  return countAboveNames(records, width) ?? countNotes(records, width);
}

/**
 * Short records above a full row of names, below which there are values: `Account:,123`. Filled up to the width of the table they
 * are as short. No row stands above the names of its columns.
 */
function countAboveNames(records: readonly Cell[][], width: number): number | undefined {
  const limit = Math.min(records.length - 1, MAX_PREAMBLE_ROWS);
  for (let row = 0; row < limit; row += 1) {
    const cells = records[row]!;
    if (row > 0 && isRowOfNames(cells, width)) {
      const body = records.slice(row, row + BODY_RECORDS).filter(({ length }) => length === width);
      return body.length > 1 && hasValueColumn(body, width) ? row : undefined;
    }
    if (!isShort(cells, width)) return undefined;
  }
  return undefined;
}

function isRowOfNames(cells: readonly Cell[], width: number): boolean {
  if (cells.length !== width || cells.some(isEmpty) || !looksLikeNames(cells)) return false;
  return new Set(cells.map((cell) => cell?.trim())).size === width;
}

/** Groups of columns may stand above the names as well: they fill the width, or begin with nothing. */
function isShort(cells: readonly Cell[], width: number): boolean {
  const filled = countFilled(cells);
  if (filled === 0) return true;
  if (isEmpty(cells[0] ?? null)) return false;
  const hasValues = cells.some((cell) => isValueForm(cellForm(cell)));
  return cells.length < width || filled <= Math.max(1, Math.floor(width / (hasValues ? 2 : 3)));
}

/** Records at the top with next to nothing in them, before one that is filled. What has a value in its place is a row. */
function countNotes(records: readonly Cell[][], width: number): number {
  const limit = Math.min(records.length - 1, MAX_PREAMBLE_ROWS);
  let skip = 0;
  for (let row = 0; row < limit; row += 1) {
    const cells = records[row] ?? [];
    const filled = countFilled(cells);
    const isNote = filled <= Math.max(1, Math.floor(width / 3)) && (cells.length < width || filled <= 2);
    if (!isNote || isRow(cells, width)) break;
    skip = row + 1;
  }
  return skip;
}

function isRow(cells: readonly Cell[], width: number): boolean {
  const filled = cells.filter((cell) => !isEmpty(cell));
  const values = filled.filter((cell) => isValueForm(cellForm(cell)));
  return values.length > 0 && (cells.length >= width || values.length === filled.length);
}

const MAX_TITLE_ROWS = 5;

/**
 * Titles above a table of one or two columns. Nothing in a line of it looks unlike a row, so that more must speak for it: a
 * blank line stands below, and what follows is a table. Of two columns: each row has both cells, and no title has. Of one: a
 * name, and then nothing but numbers, dates or times, without another blank line.
 */
export function countTitle(records: readonly Cell[][], width: number, afterBlank: readonly number[]): number {
  const padded = records.findIndex(isBlank);
  const below = afterBlank.find((at) => at > 0) ?? -1;
  const end = padded > 0 && (below < 0 || padded < below) ? padded : below;
  if (end < 1 || end > MAX_TITLE_ROWS) return 0;
  let start = end;
  while (start < records.length && isBlank(records[start]!)) start += 1;
  const title = records.slice(0, end);
  const [header, ...body] = records.slice(start);
  if (header === undefined || body.length < 2 || !title.every(isTitle) || !looksLikeNames(header)) return 0;
  if (width === 2) return [header, ...body].every((cells) => cells.length === 2) ? start : 0;
  const [form] = body.map(([cell]) => cellForm(cell ?? null));
  const isTable =
    (form === 'number' || form === 'date' || form === 'time') &&
    body.every(([cell]) => cellForm(cell ?? null) === form);
  return isTable && afterBlank.length === 1 ? start : 0;
}

/** One cell with words in it. */
function isTitle([cell, ...rest]: readonly Cell[]): boolean {
  return rest.every((other) => other === null) && cell !== null && cell !== undefined && !isValueForm(cellForm(cell));
}

export function isBlank(cells: readonly Cell[]): boolean {
  return cells.every(isEmpty);
}

function countFilled(cells: readonly Cell[]): number {
  return cells.filter((cell) => !isEmpty(cell)).length;
}

function isEmpty(cell: Cell): boolean {
  return cell === null || cell.trim() === '';
}
