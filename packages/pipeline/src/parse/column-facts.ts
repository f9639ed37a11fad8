import type { ColumnProfile, Profile } from '@hyperferry/schema';

import { classifyCell, TOKEN_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import type { ColumnDecision } from '../typing/decide-column.ts';
import type { InspectedSource } from './inspect-source.ts';

/** Kinds of cells whose zeros a number would lose. */
const zeroKinds = ['leading-zero', 'zero-dot', 'zero-comma', 'zero-compact'];

type ColumnFacts = Pick<ColumnProfile, 'counts' | 'nullTokens' | 'integerDigits' | 'fractionDigits' | 'leadingZeros'>;

/** What a column's cells are, besides its type; of a load in one pass, which doesn't count kinds, only what is known. */
export function columnFacts(
  inspected: InspectedSource,
  index: number,
  counts: ColumnCounts,
  { kind, hasNullTokens }: ColumnDecision,
): ColumnFacts {
  const nullTokens = hasNullTokens ? { nullTokens: countTokens(inspected, index) } : {};
  // The longest cell is known exactly where all cells were counted.
  if (counts.maxBytes === undefined) return nullTokens;
  const { integerDigits, fractionDigits, commaIntegerDigits = 0, commaFractionDigits = 0, kinds } = counts;
  const digits =
    kind.point === 'comma'
      ? { integerDigits: commaIntegerDigits, fractionDigits: commaFractionDigits }
      : { integerDigits, fractionDigits };
  const leadingZeros = zeroKinds.reduce((sum, id) => sum + (kinds[id] ?? 0), 0);
  return {
    counts: { ...kinds },
    ...nullTokens,
    ...(kind.point === undefined && kind.id !== 'integer' ? {} : digits),
    ...(leadingZeros === 0 ? {} : { leadingZeros }),
  };
}

function countTokens({ sniffed }: InspectedSource, index: number): Record<string, number> {
  const tokens = new Map<string, number>();
  for (const record of sniffed.sample) {
    const cell = record[index] ?? null;
    if (cell !== null && classifyCell(cell) === TOKEN_KIND) tokens.set(cell, (tokens.get(cell) ?? 0) + 1);
  }
  return Object.fromEntries(tokens);
}

/** How the extract stage loads what a profile describes. */
export function loadingOf({ columns, reading }: Pick<Profile, 'columns' | 'reading'>): 'direct' | 'guarded' {
  return reading === 'engine' && columns.every(({ rejects }) => rejects === 0) ? 'direct' : 'guarded';
}
