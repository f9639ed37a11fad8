import type { ColumnCounts } from '../typing/column-counts.ts';
import { type ColumnDecision, decideColumn } from '../typing/decide-column.ts';
import { forceColumn } from '../typing/force-column.ts';
import { type FileLocale, fileLocale } from '../typing/locale.ts';
import type { InspectedSource } from './inspect-source.ts';

/** Share of a column's values that may not fit its type; more, and it is text. */
const TOLERANCE = 0.001;

/**
 * The decisions for the columns to load: by the spec where it gives a type, else by what name and cells are. What reads two
 * ways in one column is read as another one proves.
 */
export function decideColumns(
  counts: readonly ColumnCounts[],
  inspected: InspectedSource,
  tolerance: number = TOLERANCE,
): ColumnDecision[] {
  const { columns, givenLocale } = inspected;
  const decideAll = (file?: FileLocale): ColumnDecision[] =>
    columns.map((_, at) => decide(counts[at]!, inspected, at, tolerance, file));
  const alone = decideAll();
  const file = fileLocale(
    alone.map(({ kind, kindsSeen }, at) => ({ name: columns[at]!.name, kind, kindsSeen })),
    givenLocale.file,
  );
  return decideAll(file);
}

function decide(
  counts: ColumnCounts,
  { givenTypes, givenLocale, columns, sample, sniffed }: InspectedSource,
  at: number,
  tolerance: number,
  file: FileLocale | undefined,
): ColumnDecision {
  const { hasShortYears, looksYearFirst } = sample[at]!;
  const { delimiter } = sniffed.dialect;
  const locale = { delimiter, own: givenLocale.columns[at], file, hasShortYears, looksYearFirst };
  const given = givenTypes[at];
  if (given !== undefined) return forceColumn(counts, given, locale);
  const { name, sourceName } = columns[at]!;
  const { losesDigits } = sample[at]!;
  return decideColumn({ ...counts, losesDigits }, { ...locale, tolerance, name: sourceName ?? name });
}
