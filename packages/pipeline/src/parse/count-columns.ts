import type { ColumnType } from '@hyperferry/schema';
import type { Cell } from '@hyperferry/sources';

import { cellKinds } from '../typing/cell-kinds.ts';
import { type ColumnCounts, countColumn } from '../typing/column-counts.ts';
import { kindsOfGiven } from '../typing/given-kinds.ts';
import { decideColumn } from '../typing/decide-column.ts';
import type { InspectedSource } from './inspect-source.ts';
import type { SelectedColumn } from './select-columns.ts';

/** Share of values against every type in the sample above which a column is text without looking further. */
const HOPELESS_SHARE = 0.05;

/** Counts of each column in the sample. */
export function countSample(
  records: readonly (readonly Cell[])[],
  columns: readonly SelectedColumn[],
  givenTypes: readonly (ColumnType | undefined)[],
): ColumnCounts[] {
  return columns.map(({ index }, at) => countColumn(records, index, kindsOfGiven(givenTypes[at])));
}

/** Is the column text whatever else the file holds? Text loses nothing, so here a sample may decide. */
export function isSurelyText(inspected: InspectedSource, at: number): boolean {
  if (inspected.givenTypes[at] !== undefined) return inspected.givenTypes[at] === 'text';
  const { name, sourceName } = inspected.columns[at]!;
  const own = inspected.givenLocale.columns[at];
  const decision = decideColumn(inspected.sample[at]!, { tolerance: 0, name: sourceName ?? name, own });
  return decision.type === 'text' && decision.misfitShare > HOPELESS_SHARE;
}

/** Kinds of cells to look for in the whole file: those of the sample; none where the sample shows that it is text. */
export function firstKinds(inspected: InspectedSource, at: number): readonly string[] {
  if (isSurelyText(inspected, at)) return [];
  const { kinds } = inspected.sample[at]!;
  // In the order of the kinds: the first that fits is what a cell is.
  return kindsToTell(inspected, at).filter((id) => Object.hasOwn(kinds, id));
}

/** All kinds of cells that are told apart in a column. */
export function kindsToTell({ givenTypes }: InspectedSource, at: number): readonly string[] {
  return [...kindsOfGiven(givenTypes[at]), ...allKinds];
}

/** May a number of the column have more digits than 18? Then they have to be counted. */
export function mayBeLong(counts: ColumnCounts): boolean {
  const { integerDigits, fractionDigits, commaIntegerDigits = 0, commaFractionDigits = 0 } = counts;
  return Math.max(integerDigits + fractionDigits, commaIntegerDigits + commaFractionDigits) > 18;
}

const allKinds: readonly string[] = cellKinds.map(({ id }) => id);
