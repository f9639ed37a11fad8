import type { ColumnProfile, ExtractSpec } from '@hyperferry/schema';

import { columnKind } from '../typing/column-kinds.ts';
import type { LoadColumn } from './load-with-rejects.ts';

/** How to load the columns of a profile. */
export function loadColumns(
  columns: readonly ColumnProfile[],
  spec: Pick<ExtractSpec, 'badValues' | 'types'>,
): LoadColumn[] {
  return columns.map((column) => ({
    name: column.name,
    index: column.position - 1,
    kind: columnKind(column.kind),
    type: column.type,
    kindsSeen: column.cellKinds,
    hasNullTokens: column.hasNullTokens,
    isEmpty: false,
    isGiven: isGiven(column, spec),
    nullsBadValues: nullsBadValues(column, spec),
  }));
}

/** Does the spec give the type of the column? */
function isGiven({ name, sourceName }: ColumnProfile, { types }: Pick<ExtractSpec, 'types'>): boolean {
  return Object.hasOwn(types, name) || (sourceName !== undefined && Object.hasOwn(types, sourceName));
}

/** Does the spec want bad values of this column to become NULL? */
export function nullsBadValues(
  { name, sourceName }: Pick<ColumnProfile, 'name' | 'sourceName'>,
  { badValues }: Pick<ExtractSpec, 'badValues'>,
): boolean {
  if (badValues === undefined || typeof badValues === 'string') return badValues === 'null';
  return (badValues[name] ?? badValues[sourceName ?? name]) === 'null';
}
