import type { Cell } from '@hyperferry/sources';

import { classifyCell, NULL_KIND } from './classify-cell.ts';
import {
  commaKinds,
  countDigits,
  dotKinds,
  losesDigits,
  type Point,
  significantDigits as digitsFromFirst,
} from './number-kinds.ts';

/** What the cells of one column are, as counted in a sample or in the whole file. */
export interface ColumnCounts {
  /** Number of cells of each kind; kinds without a cell are absent. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Some values have blanks around them; only known of a sample. */
  readonly hasBlanks?: boolean;
  /** Words for "no value" were seen, but not counted: `kinds` has one of them. */
  readonly hasUncountedTokens?: boolean;
  /** Some years have two digits; only known of a sample. */
  readonly hasShortYears?: boolean;
  /** Of dates such as 24-01-31, the first parts are fewer than the last ones, as years are beside days; only known of a sample. */
  readonly looksYearFirst?: boolean;
  /** Longest cell in bytes of UTF-8, where it was counted. */
  readonly maxBytes?: number;
  /** No cell of no kind has the mark of a currency or of percentages; only known where kinds were left out. */
  readonly hasNoMarks?: boolean;
  /** Most digits before the decimal point among numbers. */
  readonly integerDigits: number;
  /** Most digits after the decimal point among numbers. */
  readonly fractionDigits: number;
  /** The same where the comma is the decimal point; absent when nothing was written so. */
  readonly commaIntegerDigits?: number;
  readonly commaFractionDigits?: number;
  /** Of a column of a given type: values that don't fit it, where kinds don't tell. */
  readonly misfits?: number;
  /** A double would not keep all digits of some number of 16 or 17; only known of a sample. */
  readonly losesDigits?: boolean | undefined;
  /** Most digits from the first that is not 0; only counted where a number may have more than 18 digits. */
  readonly significantDigits?: number;
}

const MAX_KNOWN = 200;

/** Counts one column of records that are already in memory; `first` as for `classifyCell`. */
export function countColumn(
  records: readonly (readonly Cell[])[],
  index: number,
  first: readonly string[] = [],
): ColumnCounts {
  const kinds: Record<string, number> = {};
  // Columns of few different values are looked up instead of being matched again.
  const known = new Map<string, string>();
  let maxBytes = 0;
  let hasBlanks = false;
  let hasShortYears = false;
  let significantDigits = 0;
  const digits = { dot: [0, 0], comma: [0, 0] };
  const ends = { first: new Set<string>(), last: new Set<string>(), dashes: 0 };
  let isLosing = false;
  const widen = (cell: string, point: Point): void => {
    const [whole, fraction] = countDigits(cell, point);
    const most = digits[point];
    if (whole + fraction > significantDigits) significantDigits = Math.max(significantDigits, digitsFromFirst(cell));
    if (!isLosing && whole + fraction > 15) isLosing = losesDigits(cell, point);
    digits[point] = [Math.max(most[0]!, whole), Math.max(most[1]!, fraction)];
  };
  for (const record of records) {
    const cell = record[index] ?? null;
    const kind = (cell === null ? undefined : known.get(cell)) ?? classifyCell(cell, first);
    if (cell !== null && known.size < MAX_KNOWN) known.set(cell, kind);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (cell === null || kind === NULL_KIND) continue;
    if (cell.length * 3 > maxBytes) maxBytes = Math.max(maxBytes, Buffer.byteLength(cell));
    if (!hasBlanks && cell !== cell.trim()) hasBlanks = true;
    if (!hasShortYears && hasShortYear(cell, kind)) hasShortYears = true;
    if (/^(?:any|ends)-/.test(kind)) {
      const [first = '', , last = ''] = cell.match(/[0-9]{2}/g) ?? [];
      ends.first.add(first);
      ends.last.add(last);
      if (cell.includes('-')) ends.dashes += 1;
    }
    if (dotKinds.has(kind)) widen(cell, 'dot');
    if (commaKinds.has(kind)) widen(cell, 'comma');
  }
  return {
    kinds,
    hasBlanks,
    hasShortYears,
    // Between strokes and points days come first far more often.
    looksYearFirst: ends.first.size * (ends.dashes > 0 ? 1 : 2) < ends.last.size,
    maxBytes,
    integerDigits: digits.dot[0]!,
    fractionDigits: digits.dot[1]!,
    commaIntegerDigits: digits.comma[0]!,
    commaFractionDigits: digits.comma[1]!,
    significantDigits,
    losesDigits: isLosing,
  };
}

/** Has the date a year of two digits? */
function hasShortYear(cell: string, kind: string): boolean {
  if (/^(?:any|ends|ymd-short)-/.test(kind)) return true;
  if (!/^(?:either|dmy|mdy|name-dmy)/.test(kind)) return false;
  return /^[^:]*[-/. ][0-9]{2}(?:,?[ T]+[0-9]+:|[ \t]*$)/.test(cell);
}
