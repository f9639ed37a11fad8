import type { ColumnType } from '@hyperferry/schema';

import type { ColumnCounts } from './column-counts.ts';
import type { ColumnKind } from './column-kinds.ts';
import { currencies, floatKinds, plainNumberSql, type Point } from './number-kinds.ts';
import { sqlType } from './sql-type.ts';

/** Numbers without an exponent, by their decimal point. */
const pointNumbers = [
  'compact-date',
  'integer',
  'decimal',
  'dot-3',
  'comma-3',
  'us-number',
  'int-accounting',
  'comma-3-accounting',
  'dot-3-accounting',
  'us-accounting',
  'space-number',
  'space-dot',
];
const commaNumbers = [
  'compact-date',
  'integer',
  'comma-decimal',
  'comma-3',
  'dot-3',
  'eu-number',
  'int-accounting',
  'comma-3-accounting',
  'dot-3-accounting',
  'eu-accounting',
  'space-number',
  'space-comma',
];

/** Ways to read a column of numbers as people write them. */
export const numberColumns: readonly ColumnKind[] = [
  {
    id: 'integer',
    label: 'whole numbers',
    accepts: ['compact-date', 'integer'],
    type: () => 'bigint',
    convert: (cell, type) => `CAST(${cell} AS ${sqlType(type)})`,
  },
  numberColumn('decimal', 'numbers', 'dot', ['compact-date', 'integer', 'decimal', 'dot-3', 'float', 'exponent-code']),
  numberColumn('us-decimal', 'numbers such as 1,234.5', 'dot', [...pointNumbers, 'float', 'exponent-code']),
  numberColumn('eu-decimal', 'numbers such as 1.234,5', 'comma', [...commaNumbers, 'comma-float']),
  percentColumn('percent', 'percentages', 'dot', ['int-percent', 'comma-3-percent', 'dot-3-percent', 'us-percent']),
  percentColumn('eu-percent', 'percentages with a decimal comma', 'comma', [
    'int-percent',
    'comma-3-percent',
    'dot-3-percent',
    'eu-percent',
  ]),
  ...currencies.flatMap((currency) => [
    moneyColumn(`us-money-${currency}`, `amounts in ${currency}`, 'dot', currency, pointNumbers),
    moneyColumn(`eu-money-${currency}`, `amounts in ${currency} with a decimal comma`, 'comma', currency, commaNumbers),
  ]),
];

function numberColumn(id: string, label: string, point: Point, accepts: readonly string[]): ColumnKind {
  return {
    id,
    label,
    accepts,
    point,
    type: (counts) => numberType(counts, point, 0),
    convert: (cell, type, kindsSeen) => `CAST(${plainNumberSql(cell, point, kindsSeen)} AS ${sqlType(type)})`,
  };
}

/** Amounts in one currency; where some have it, others may lack it, as zeros and all but the first and last often do. */
function moneyColumn(id: string, label: string, point: Point, currency: string, plain: readonly string[]): ColumnKind {
  const amounts = ['int-money', 'comma-3-money', 'dot-3-money'].map((kind) => `${kind}-${currency}`);
  const kind = numberColumn(id, label, point, [...amounts, id, ...plain]);
  const isMoney = ({ kinds }: ColumnCounts): boolean => [...amounts, id].some((cell) => (kinds[cell] ?? 0) > 0);
  return { ...kind, type: (counts) => (isMoney(counts) ? kind.type(counts) : undefined) };
}

/** 12.5 % is 0.125. */
function percentColumn(id: string, label: string, point: Point, accepts: readonly string[]): ColumnKind {
  return {
    id,
    label,
    accepts,
    point,
    type: (counts) => numberType(counts, point, 2),
    convert: (cell, type, kindsSeen) => {
      const number = plainNumberSql(cell, point, kindsSeen);
      const scale = /^numeric\(\d+,(\d+)\)$/.exec(type)?.[1];
      if (scale === undefined) return `(CAST(${number} AS double precision) / 100)`;
      return `CAST(CAST(${number} AS numeric(18,${Math.max(0, Number(scale) - 2)})) * 0.01 AS ${type})`;
    },
  };
}

/** Digits that a double keeps. A program that writes more of them writes exact decimals. */
export const DOUBLE_DIGITS = 17;
const MAX_DIGITS = 38;

/** Longest number, in bytes, that is read as a double: with some 300 digits before its point it would become infinite. */
export const MAX_DOUBLE_LENGTH = 200;

/**
 * Exact where 18 digits suffice, or where a double would lose some; else double, which is what numbers such as
 * 0.30000000000000004 were. Codes such as 1E5 are numbers only beside undoubted ones: those with a point.
 */
function numberType(counts: ColumnCounts, point: Point, shift: number): ColumnType | undefined {
  const has = (...ids: readonly string[]): boolean => ids.some((id) => (counts.kinds[id] ?? 0) > 0);
  const isUndoubted = has('float', 'comma-float', 'decimal', 'dot-3');
  if (!isUndoubted && has('exponent-code')) return undefined;
  const isFloat = has(...floatKinds);
  const [whole, fraction] = digitsOf(counts, point);
  const digits = whole + fraction + shift;
  if (digits > MAX_DOUBLE_LENGTH) return undefined;
  if (!isFloat && digits > 18 && digits <= MAX_DIGITS && shift === 0 && needsExact(counts)) {
    return `numeric(${MAX_DIGITS},${fraction})`;
  }
  if (isFloat || digits > 18) return 'double';
  return fraction + shift === 0 ? 'bigint' : `numeric(18,${fraction + shift})`;
}

const needsExact = ({ significantDigits = 0, losesDigits }: ColumnCounts): boolean =>
  significantDigits > DOUBLE_DIGITS || losesDigits === true;

/** Most digits before and after the decimal point, read one way or the other. */
export function digitsOf(counts: ColumnCounts, point: Point): readonly [number, number] {
  if (point === 'dot') return [counts.integerDigits, counts.fractionDigits];
  return [counts.commaIntegerDigits ?? 0, counts.commaFractionDigits ?? 0];
}
