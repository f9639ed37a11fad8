import type { Cell } from '@hyperferry/sources';

import { decideColumns } from '../parse/decide-columns.ts';
import { isSurelyText } from '../parse/count-columns.ts';
import type { InspectedSource } from '../parse/inspect-source.ts';
import { NULL_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { type ColumnDecision, valueCount } from '../typing/decide-column.ts';
import { DOUBLE_DIGITS } from '../typing/number-columns.ts';
import { floatKinds } from '../typing/number-kinds.ts';
import { nullsBadValues } from './load-columns.ts';
import type { LoadColumn } from './load-with-rejects.ts';

/** A column as its sample shows it. */
export interface GuessedLoadColumn extends LoadColumn {
  /** Values of the sample that don't fit. */
  readonly bad: number;
  /** For a boolean: no value of the sample is another word than true and false. */
  readonly saysTrueOrFalse?: boolean;
}

/** Share of bad values in a sample from which it is no longer worth trying. */
const HOPELESS_SHARE = 0.05;

/** What each column is by its sample; undefined when one is undecided: then the whole file must be looked at first. */
export function guessColumns(inspected: InspectedSource): GuessedLoadColumn[] | undefined {
  const { columns, givenTypes, sample, sniffed, spec } = inspected;
  if (sniffed.sample.length === 0) return undefined;
  const guesses: GuessedLoadColumn[] = [];
  const decisions = decideColumns(sample, inspected, HOPELESS_SHARE);
  for (const [at, column] of columns.entries()) {
    const { name, index } = column;
    const counts = sample[at]!;
    const given = givenTypes[at];
    const decision = decisions[at]!;
    const isEmpty = given === undefined && Object.keys(counts.kinds).every((id) => id === NULL_KIND);
    const isDecided = decision.type === 'text' ? isEmpty || isSurelyText(inspected, at) : decision.kindsSeen.length > 0;
    if (!isDecided || decision.bad > valueCount(counts) * HOPELESS_SHARE) return undefined;
    const isGiven = given !== undefined;
    const isTrimmed = counts.hasBlanks === false;
    const maxDigits = isGiven ? {} : digitsOfDouble(decision, counts);
    guesses.push({
      ...decision,
      ...maxDigits,
      name,
      index,
      isEmpty,
      isGiven,
      isTrimmed,
      saysTrueOrFalse: decision.type === 'boolean' && saysTrueOrFalse(sniffed.sample, index),
      nullsBadValues: !isEmpty && nullsBadValues(column, spec),
    });
  }
  return guesses;
}

/** Do all values of a column say true or false, which the engine reads by itself, and not yes or nein? */
function saysTrueOrFalse(sample: readonly (readonly Cell[])[], index: number): boolean {
  return sample.every((record) => /^(?:true|false)?$/i.test(record[index] ?? ''));
}

/** A column is double because no value of the sample has more digits than a double keeps: the whole file must be so. */
function digitsOfDouble({ kind, type, kindsSeen }: ColumnDecision, { significantDigits = 0 }: ColumnCounts) {
  const isSo = type === 'double' && kind.point !== undefined && !kind.id.endsWith('percent');
  if (!isSo || kindsSeen.some((id) => floatKinds.includes(id)) || significantDigits > DOUBLE_DIGITS) return {};
  return { maxDigits: DOUBLE_DIGITS };
}
