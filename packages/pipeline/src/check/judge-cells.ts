import type { Cell } from '@hyperferry/sources';

import type { LoadColumn } from '../extract/load-with-rejects.ts';
import { fitsCell } from '../typing/fits-cell.ts';

/** Columns of a record whose cells don't fit them. */
export function misfits<Column extends LoadColumn>(cells: readonly Cell[], columns: readonly Column[]): Column[] {
  return columns.filter((column) => !fitsCell(cells[column.index] ?? null, column));
}
