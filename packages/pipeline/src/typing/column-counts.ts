import type { Cell } from '@hyperferry/sources';

import { classifyCell, NULL_KIND } from './classify-cell.ts';

/** What the cells of one column are, as counted in a sample or in the whole file. */
export interface ColumnCounts {
  /** Number of cells of each kind; kinds without a cell are absent. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Longest cell in bytes of UTF-8, where it was counted. */
  readonly maxBytes?: number;
  /** Most digits before the decimal point among numbers. */
  readonly integerDigits: number;
  /** Most digits after the decimal point among numbers. */
  readonly fractionDigits: number;
}

/** Counts one column of records that are already in memory. */
export function countColumn(records: readonly (readonly Cell[])[], index: number): ColumnCounts {
  const kinds: Record<string, number> = {};
  let maxBytes = 0;
  let integerDigits = 0;
  let fractionDigits = 0;
  for (const record of records) {
    const cell = record[index] ?? null;
    const kind = classifyCell(cell);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (cell === null || kind === NULL_KIND) continue;
    if (cell.length * 3 > maxBytes) maxBytes = Math.max(maxBytes, Buffer.byteLength(cell));
    if (kind === 'integer' || kind === 'decimal') {
      const [whole, fraction] = numberDigits(cell);
      integerDigits = Math.max(integerDigits, whole);
      fractionDigits = Math.max(fractionDigits, fraction);
    }
  }
  return { kinds, maxBytes, integerDigits, fractionDigits };
}

function numberDigits(cell: string): readonly [number, number] {
  const text = cell.trim().replace(/^[+-]/, '');
  const point = text.indexOf('.');
  return point < 0 ? [text.length, 0] : [point, text.length - point - 1];
}
