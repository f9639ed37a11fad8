import type { Cell } from '../records/split-cells.ts';
import { cellForm, isValueForm } from './cell-form.ts';

/** What text and values hold as often as files use it for a delimiter. */
const WEAK = new Set([' ', ':', '#', '*', '&', '/', '!', '@', '%', '=', '_', '-']);

/** A delimiter that needs more than its being there. */
export function isWeak(delimiter: string): boolean {
  return WEAK.has(delimiter);
}

/**
 * Does the symbol only stand within the texts or values of a single column? A blank or a colon delimits where the first record
 * has it as often as all others, and a column of values speaks for it. A comma in prose, or as the mark of decimals below
 * a name, does not.
 */
export function isOneColumn(records: readonly Cell[][], width: number, delimiter: string): boolean {
  const filled = records.filter((cells) => cells.some((cell) => cell !== null));
  const [first = []] = filled;
  const proper = filled.filter((cells) => cells.length === width);
  if (isWeak(delimiter)) {
    if (areNamesAboveValues(filled)) return false;
    if (proper.length < filled.length * 0.9 || first.length !== width) return true;
    return !hasValueColumn(proper, width) || proper.every(([cell]) => cell === null);
  }
  const body = filled.slice(1);
  if (first.length === 1 && body.length > 0 && share(body, (cells) => isJoinedValue(cells, delimiter)) > 0.95)
    return !isJoinedValue(first, delimiter);
  if (hasValueColumn(proper, width)) return false;
  const isBelowName = first.length === 1 && width === 2 && records[0] === first && records[1]?.length === width;
  const table = filled.slice(filled.indexOf(proper[0]!));
  return isBelowName || share(table, (cells) => cells.length === width) < 0.6;
}

/** Is the comma between digits wherever it stands, and no name has one? Nothing tells two columns of numbers from decimals. */
export function joinsDigits(records: readonly Cell[][], delimiter: string): boolean {
  if (delimiter !== ',') return false;
  const filled = records.filter((cells) => cells.some((cell) => cell !== null));
  return share(filled, (cells) => cells.length === 1 || isBetweenDigits(cells)) > 0.95 && !areNames(filled[0] ?? []);
}

function areNames(cells: readonly Cell[]): boolean {
  return cells.length > 1 && !isBetweenDigits(cells);
}

function isBetweenDigits(cells: readonly Cell[]): boolean {
  return cells.slice(1).every((cell, at) => /^\d/.test(cell ?? '') && /\d$/.test(cells[at] ?? ''));
}

/** `1` and `5` of `1,5`. */
function isJoinedValue(cells: readonly Cell[], delimiter: string): boolean {
  const form = cellForm(cells.map((cell) => cell ?? '').join(delimiter));
  return form === 'number' || form === 'date' || form === 'time';
}

/** Several columns of values, each with a name: text in the last one may hold as many blanks as it likes. */
function areNamesAboveValues(records: readonly Cell[][]): boolean {
  const [first = []] = records;
  const columns = valueColumns(records, first.length);
  return columns.length >= 3 && columns.every((column) => !isValueForm(cellForm(first[column] ?? null)));
}

/** Is there a column of numbers, dates and the like, below what may be its name? */
export function hasValueColumn(records: readonly Cell[][], width: number): boolean {
  return valueColumns(records, width).length > 0;
}

/** The columns of values, by what stands below the first record. */
export function valueColumns(records: readonly Cell[][], width: number): number[] {
  const body = records.length > 1 ? records.slice(1) : records;
  return Array.from({ length: width }, (_, column) => column).filter((column) => {
    const forms = body.map((cells) => cellForm(cells[column] ?? null)).filter((form) => form !== 'empty');
    return forms.length > 0 && share(forms, isValueForm) >= 0.8;
  });
}

function share<Item>(items: readonly Item[], test: (item: Item) => boolean): number {
  return items.length === 0 ? 0 : items.filter(test).length / items.length;
}
