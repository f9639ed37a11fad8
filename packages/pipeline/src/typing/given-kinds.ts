import type { ColumnType } from '@hyperferry/schema';

import type { CellKind } from './cell-kinds.ts';
import { midnightKinds } from './date-kinds.ts';

/**
 * Kinds of cells that are only told apart where the spec gives a type which takes them: 0 and 1 are numbers, and a date with
 * a time is a timestamp, unless somebody says otherwise.
 */
export const givenKinds: readonly CellKind[] = [{ id: 'bit', pattern: '[01]' }, ...midnightKinds];

/** Those for a column of a given type. They come before all others. */
export function kindsOfGiven(type: ColumnType | undefined): readonly string[] {
  if (type === 'boolean') return ['bit'];
  return type === 'date' ? midnightKinds.map(({ id }) => id) : [];
}
