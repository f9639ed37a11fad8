import type { ReadRecord } from '../records/read-record.ts';
import type { Cell } from '../records/split-cells.ts';
import { type CellForm, cellForm, isValueForm } from './cell-form.ts';
import { looksLikeNames } from './header-names.ts';
import { hasValueColumn, valueColumns } from './one-column.ts';

const MAX_PREAMBLE_ROWS = 50;
const BODY_RECORDS = 200;

/** Records above a table of three columns or more that are no part of it. */
export function countPreamble(records: readonly Cell[][], width: number): number {
  return countAboveNames(records, width) ?? countNotes(records, width);
}

/**
 * Records above a full row of names, below which there are values: short ones such as `Account:,123`, filled up to the width of the
 * table or not, and what has values but is no row of the table. No row stands above the names of its columns.
 */
function countAboveNames(records: readonly Cell[][], width: number): number | undefined {
  const limit = Math.min(records.length - 1, MAX_PREAMBLE_ROWS);
  for (let row = 1; row < limit; row += 1) {
    const body = records.slice(row, row + BODY_RECORDS).filter(({ length }) => length === width);
    if (!isRowOfNames(records[row]!, body, width)) continue;
    const forms = valueForms(body, width);
    if (body.length < 2 || forms.size === 0) return undefined;
    const above = records.slice(0, row);
    const lastValued = above.findLastIndex(
      (cells) => !isShort(cells, width) && hasValue(cells) && !isLike(cells, forms),
    );
    // What has no values may be names of groups of columns, unless something follows that is neither. A column of values among
    // two rows may be chance.
    const isTable = body.length > 2 && forms.size > 1;
    const isLeftOut = above.every(
      (cells, at) => isShort(cells, width) || (isTable && at <= lastValued && !isLike(cells, forms)),
    );
    return isLeftOut ? row : undefined;
  }
  return undefined;
}

/** Distinct names, and nothing only where nothing stands below. */
function isRowOfNames(cells: readonly Cell[], body: readonly Cell[][], width: number): boolean {
  if (cells.length !== width || !looksLikeNames(cells)) return false;
  const named = cells.filter((cell) => !isEmpty(cell));
  if (named.length < 3 || new Set(named.map((cell) => cell?.trim())).size !== named.length) return false;
  return cells.every((cell, column) => !isEmpty(cell) || body.every((row) => isEmpty(row[column] ?? null)));
}

/** The forms of a table's columns of values, by their index. */
function valueForms(body: readonly Cell[][], width: number): Map<number, CellForm> {
  const rows = body.slice(1);
  return new Map(
    valueColumns(body, width).map((column) => {
      const forms = rows.map((row) => cellForm(row[column] ?? null)).filter(isValueForm);
      return [column, forms.toSorted((a, b) => count(forms, b) - count(forms, a))[0]!];
    }),
  );
}

function count<Item>(items: readonly Item[], item: Item): number {
  return items.filter((other) => other === item).length;
}

/** Does a record have values where rows have them? */
function isLike(cells: readonly Cell[], forms: ReadonlyMap<number, CellForm>): boolean {
  const alike = [...forms].filter(([column, form]) => cellForm(cells[column] ?? null) === form);
  return alike.length >= forms.size / 2;
}

function hasValue(cells: readonly Cell[]): boolean {
  return cells.some((cell) => isValueForm(cellForm(cell)));
}

/**
 * Cells of records, those put together again that only another delimiter splits, where they stand above a row of names in the own
 * one: `Sales of May, June, July` above `day;shop;amount`.
 */
export function withWholeTitles(records: readonly ReadRecord[], width: number): Cell[][] {
  const all = records.map(({ cells }) => cells);
  const isOther = ({ reading }: ReadRecord): boolean => reading === 'other-delimiter';
  const first = records
    .slice(0, MAX_PREAMBLE_ROWS)
    .findIndex((record) => !isOther(record) && record.cells.length === width);
  if (first < 1 || !records.slice(0, first).some(isOther)) return all;
  const names = all[first]!;
  const body = all.slice(first, first + BODY_RECORDS).filter(({ length }) => length === width);
  if (names.some(isEmpty) || !looksLikeNames(names) || !hasValueColumn(body, width)) return all;
  return records.map((record, row) => (row < first && isOther(record) ? [record.cells.join(' ')] : record.cells));
}

/** Groups of columns may stand above the names as well: they fill the width, or begin with nothing. */
function isShort(cells: readonly Cell[], width: number): boolean {
  const filled = countFilled(cells);
  if (filled === 0) return true;
  if (isEmpty(cells[0] ?? null)) return false;
  return cells.length < width || filled <= Math.max(1, Math.floor(width / (hasValue(cells) ? 2 : 3)));
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

/** Names above two columns of values; more rows, or one with a value in it, say what the table is about. */
const MAX_NAMES_OF_PAIRS = 2;
const MIN_PAIRS = 5;

/** Pairs of words above pairs of values: `Unit,m` and `Released,2024-02-10` above years and numbers. */
export function countProperties(records: readonly Cell[][], width: number): number {
  if (width !== 2) return 0;
  const forms = valueForms(records.slice(0, BODY_RECORDS), width);
  const isPair = (cells: readonly Cell[]): boolean =>
    forms.size === width && cells.every((cell, column) => cellForm(cell) === forms.get(column));
  const end = records.findIndex(isPair);
  const rows = records.slice(end, end + BODY_RECORDS);
  if (end <= MAX_NAMES_OF_PAIRS || end > MAX_PREAMBLE_ROWS || rows.length < Math.max(MIN_PAIRS, end)) return 0;
  const above = records.slice(0, end);
  const areWords = above.every(([cell = null]) => cellForm(cell) === 'text');
  return areWords && above.some(hasValue) && rows.every(isPair) ? end : 0;
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
