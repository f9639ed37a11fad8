import type { ColumnType } from '@hyperferry/schema';

/** The column type as SQL. */
export function sqlType(type: ColumnType): string {
  return type === 'double' ? 'double precision' : type;
}
