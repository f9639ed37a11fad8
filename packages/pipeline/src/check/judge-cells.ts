import type { Cell } from '@hyperferry/sources';

import { classifyCell, matchesKind, NULL_KIND, TOKEN_KIND } from '../typing/classify-cell.ts';
import { exactScale } from '../typing/guard-sql.ts';
import { countDigits, significantDigits } from '../typing/number-kinds.ts';
import type { LoadColumn } from '../extract/load-with-rejects.ts';

/** Columns of a record whose cells don't fit them. */
export function misfits<Column extends LoadColumn>(cells: readonly Cell[], columns: readonly Column[]): Column[] {
  return columns.filter((column) => !fits(cells[column.index] ?? null, column));
}

/** May the cell be loaded into the column? Exact, where the automaton of the records is only sure. */
function fits(cell: Cell, column: LoadColumn): boolean {
  if (cell === null) return true;
  if (column.isEmpty) return false;
  if (column.type === 'text') return true;
  const kind = classifyCell(cell);
  if (kind === NULL_KIND) return true;
  if (kind === TOKEN_KIND) return column.hasNullTokens;
  if (!column.kindsSeen.includes(kind) && !column.kindsSeen.some((id) => matchesKind(cell, id))) return false;
  const { point } = column.kind;
  if (point === undefined) return true;
  const [whole, fraction] = countDigits(cell, point);
  if (significantDigits(cell) > (column.maxDigits ?? Infinity)) return false;
  const scale = exactScale(column);
  return whole <= wholeDigits(column) && (scale === undefined || fraction <= scale);
}

/** Digits before the point that the type takes, leading zeros not counted. */
function wholeDigits({ type }: LoadColumn): number {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) return Number(precision) - Number(scale);
  return type === 'bigint' ? 18 : Infinity;
}
