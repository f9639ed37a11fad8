import type { ColumnType } from '@hyperferry/schema';
import type { Cell } from '@hyperferry/sources';

import { trimmed } from './blanks.ts';
import { classifyCell, matchesKind, NULL_KIND, TOKEN_KIND } from './classify-cell.ts';
import { exactScale, type GuessedColumn } from './guard-sql.ts';
import { MAX_DOUBLE_LENGTH } from './number-columns.ts';
import { countDigits, isNegative, significantDigits } from './number-kinds.ts';

/** May the cell be loaded into the column? Exact, where the automaton of the records is only sure. */
export function fitsCell(cell: Cell, column: GuessedColumn): boolean {
  if (cell === null) return true;
  if (column.isEmpty) return false;
  if (column.type === 'text') return true;
  const kind = classifyCell(cell);
  if (kind === NULL_KIND) return true;
  if (kind === TOKEN_KIND) return column.hasNullTokens;
  if (!column.kindsSeen.includes(kind) && !column.kindsSeen.some((id) => matchesKind(cell, id))) return false;
  if (column.type === 'double' && Buffer.byteLength(cell) > MAX_DOUBLE_LENGTH) return false;
  if (column.isGiven === true) return fitsGivenType(cell, column);
  const { point } = column.kind;
  if (point === undefined) return true;
  const [whole, fraction] = countDigits(cell, point);
  if (significantDigits(cell) > (column.maxDigits ?? Infinity)) return false;
  const scale = exactScale(column);
  return whole <= wholeDigits(column.type) && (scale === undefined || fraction <= scale);
}

/** Digits before the point that the type takes. */
function wholeDigits(type: ColumnType): number {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) return Number(precision) - Number(scale);
  return type === 'bigint' ? 18 : Infinity;
}

const largest: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n - 1n,
  integer: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
};

/** Does a type that the spec gives take the number as it is, without a digit lost? Other values always fit. */
export function fitsGivenType(cell: string, { kind, type }: Pick<GuessedColumn, 'kind' | 'type'>): boolean {
  const point = kind.id === 'integer' ? 'dot' : kind.point;
  const max = largest[type];
  if (point === undefined || (max === undefined && !type.startsWith('numeric'))) return true;
  const mark = point === 'dot' ? '.' : ',';
  const [before = '', after = ''] = cell.replaceAll(point === 'dot' ? /[^0-9.]/g : /[^0-9,]/g, '').split(mark);
  const whole = before.replace(/^0+/, '');
  const fraction = after.replace(/0+$/, '');
  // The engine takes no whole number without a digit before its point.
  if (max !== undefined) return fraction === '' && isWithin(whole, max, cell) && !/^[+-]?[.,]/.test(trimmed(cell));
  const shift = kind.id.endsWith('percent') ? 2 : 0;
  const scale = Number(/,(\d+)\)$/.exec(type)?.[1] ?? 0);
  return whole.length <= wholeDigits(type) + shift && fraction.length <= scale - shift;
}

function isWithin(digits: string, max: bigint, cell: string): boolean {
  return digits.length < 20 && BigInt(digits === '' ? '0' : digits) <= (isNegative(cell) ? max + 1n : max);
}
