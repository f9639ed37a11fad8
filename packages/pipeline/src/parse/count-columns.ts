import type { SniffedCsv } from '@hyperferry/sources';

import { cellKinds } from '../typing/cell-kinds.ts';
import { NULL_KIND, OTHER_KIND, TOKEN_KIND } from '../typing/classify-cell.ts';
import { type ColumnCounts, countColumn } from '../typing/column-counts.ts';
import { valueCount } from '../typing/decide-column.ts';
import type { SelectedColumn } from './select-columns.ts';

/** Share of values of no kind in the sample above which a column is text without looking further. */
const HOPELESS_SHARE = 0.05;

/** Counts of each column in the sample. */
export function countSample(sniffed: SniffedCsv, columns: readonly SelectedColumn[]): ColumnCounts[] {
  return columns.map(({ index }) => countColumn(sniffed.sample, index));
}

/** Kinds of cells to look for in the whole file: those of the sample; none where the sample shows that it is text. */
export function livingKinds(counts: ColumnCounts): readonly string[] {
  const other = counts.kinds[OTHER_KIND] ?? 0;
  if (other > 0 && other > valueCount(counts) * HOPELESS_SHARE) return [];
  return Object.keys(counts.kinds).filter((id) => id !== NULL_KIND && id !== TOKEN_KIND && id !== OTHER_KIND);
}

/** All kinds of cells, for a column that turned out to be something else than its sample. */
export const allKinds: readonly string[] = cellKinds.map(({ id }) => id);
