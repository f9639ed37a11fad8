import type { ExtractSpec, Profile } from '@hyperferry/schema';

import { columnKinds, givenColumnKinds } from '../typing/column-kinds.ts';
import { type DateOrder, orderOf } from '../typing/locale.ts';

/** What a spec must say for the next file to be read as a profile says, whatever is in it. */
export type PinnedSpec = Required<Pick<ExtractSpec, 'types' | 'csv'>> & Pick<ExtractSpec, 'dateOrder' | 'decimal'>;

/**
 * Pins what was found in a file: dialect and encoding, each column's type, and how its dates and numbers are written. Not the
 * footer and line ends, which are each file's own.
 */
export function pinProfile({ dialect, encoding, columns }: Profile): PinnedSpec {
  const { footerRows: _footerRows, newline: _newline, ...csv } = dialect;
  const kindOf = new Map([...columnKinds, ...givenColumnKinds].map((kind) => [kind.id, kind]));
  const dateOrder: Record<string, DateOrder> = {};
  const decimal: Record<string, ',' | '.'> = {};
  for (const { name, kind: id } of columns) {
    const kind = kindOf.get(id);
    const order = kind && orderOf(kind);
    if (order !== undefined) dateOrder[name] = order;
    if (kind?.point !== undefined) decimal[name] = kind.point === 'comma' ? ',' : '.';
  }
  return {
    csv: { ...csv, encoding },
    types: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    ...(Object.keys(dateOrder).length === 0 ? {} : { dateOrder }),
    ...(Object.keys(decimal).length === 0 ? {} : { decimal }),
  };
}
