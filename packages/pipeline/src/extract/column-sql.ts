import type { ColumnProfile } from '@hyperferry/schema';

import { isNullTokenSql } from '../typing/cell-kind-sql.ts';
import { columnKind } from '../typing/column-kinds.ts';

/** SQL for the value of a column from its text cell, for cells that the profile has proved to fit. */
export function valueSql(column: ColumnProfile): string {
  const cell = `c${column.position - 1}`;
  if (column.type === 'text') return cell;
  const value = columnKind(column.kind).convert(cell, column.type, column.cellKinds);
  return column.hasNullTokens ? `CASE WHEN ${isNullTokenSql(cell)} THEN NULL ELSE ${value} END` : value;
}
