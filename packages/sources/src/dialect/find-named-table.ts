import type { Cell } from '../records/split-cells.ts';
import { cellForm } from './cell-form.ts';
import { isBlank } from './detect-preamble.ts';
import { areNamesOrPeriods } from './header-names.ts';
import { valueColumns } from './one-column.ts';

const MIN_NAMES = 3;
const MIN_ROWS = 2;

/**
 * The number of cells of a small table in a file that has more notes than rows: three names or more, right below them rows as wide,
 * with a column of numbers, dates or times, and nothing else as wide. 0 where there is none.
 */
export function widthOfNamedTable(records: readonly Cell[][]): number {
  const filled = records.filter((cells) => !isBlank(cells));
  const width = Math.max(0, ...filled.map(({ length }) => length));
  const start = filled.findIndex(({ length }) => length === width);
  const end = filled.findLastIndex(({ length }) => length === width) + 1;
  const [names = [], ...rows] = filled.slice(start, end);
  if (isTable(filled.slice(0, start))) return 0;
  if (width < MIN_NAMES || rows.length < MIN_ROWS || rows.some(({ length }) => length !== width)) return 0;
  const named = names.filter((cell) => !isBlank([cell]));
  const isNamed =
    named.length >= MIN_NAMES &&
    areNamesOrPeriods(named) &&
    names.every((cell, column) => !isBlank([cell]) || rows.every((row) => isBlank([row[column] ?? null])));
  return isNamed && valueColumns([names, ...rows], width).some((column) => hasPlainValue(rows, column)) ? width : 0;
}

/** Rows of their own, with a column of one sort of values: `id,name` above `1,Ann`, but not `Account:,Ann` above `From:,2024-01-01`. */
function isTable(records: readonly Cell[][]): boolean {
  const [names = [], ...rows] = records;
  if (names.length < 2 || rows.length < MIN_ROWS) return false;
  return valueColumns(records, names.length).some((column) => {
    const forms = rows.map((row) => cellForm(row[column] ?? null));
    return cellForm(names[column] ?? null) === 'text' && new Set(forms).size === 1;
  });
}

function hasPlainValue(rows: readonly Cell[][], column: number): boolean {
  return rows.some((row) => ['number', 'date', 'time'].includes(cellForm(row[column] ?? null)));
}
