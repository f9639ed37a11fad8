import type { ColumnType } from '@hyperferry/schema';

import { isNullTokenSql } from './cell-kind-sql.ts';
import { cellKind, fullPattern } from './cell-kinds.ts';
import type { ColumnKind } from './column-kinds.ts';
import { zeroDateKinds } from './date-kinds.ts';
import { MAX_DOUBLE_LENGTH } from './number-columns.ts';
import { countDigitsSql, significantDigitsSql, wholeNumberKinds } from './number-kinds.ts';
import { sqlType } from './sql-type.ts';

/** A column as a sample shows it: what the whole file must prove. */
export interface GuessedColumn {
  readonly kind: ColumnKind;
  readonly type: ColumnType;
  readonly kindsSeen: readonly string[];
  readonly hasNullTokens: boolean;
  /** No cell of the sample had a value. */
  readonly isEmpty: boolean;
  /** No value of the sample has blanks around it: then the automaton is not sure of one that has, and smaller. */
  readonly isTrimmed?: boolean;
  /** The spec gives the type: zeros behind its decimals don't count. */
  readonly isGiven?: boolean;
  /** Most digits of a value, from the first that is not 0: with more of them the type would be another. */
  readonly maxDigits?: number;
}

/** SQL condition under which a cell is of one of the kinds seen, provided that its conversion succeeds. */
export function guardSql(cell: string, column: GuessedColumn): string {
  if (column.kindsSeen.length === 0) return 'false';
  const cheap = cheapGuard(cell, column);
  if (cheap !== undefined) return cheap;
  const kinds = `(${column.kindsSeen.map((id) => looksLikeSql(cell, id)).join(' OR ')})`;
  const { maxDigits } = column;
  const matches = maxDigits === undefined ? kinds : `(${kinds} AND ${significantDigitsSql(cell)} <= ${maxDigits})`;
  if (column.type === 'double') return `(${matches} AND octet_length(${cell}) <= ${MAX_DOUBLE_LENGTH})`;
  const scale = exactScale(column);
  const { point } = column.kind;
  return scale === undefined || point === undefined
    ? matches
    : `(${matches} AND ${countDigitsSql(cell, point, 2, column.isGiven === true)} <= ${scale})`;
}

/** `matchSql` without capturing: it runs on every cell. */
function looksLikeSql(cell: string, id: string): string {
  const kind = cellKind(id);
  const pattern = fullPattern(kind);
  const plain = kind.date === undefined ? pattern : pattern.replaceAll(/\((?!\?)/g, '(?:');
  return `${cell} ${kind.ignoreCase === true ? '~*' : '~'} '${plain.replaceAll("'", "''")}'`;
}

// A regular expression costs twice what these do. They are tested to let nothing pass, together with the cast, that is not of its kind.
function cheapGuard(cell: string, column: GuessedColumn): string | undefined {
  const { kind, type, kindsSeen } = column;
  const seen = kindsSeen.join(' ');
  const not = (pattern: string): string => `${cell} NOT LIKE '${pattern}'`;
  if (kindsSeen.every((id) => wholeNumberKinds.has(id)) && type === 'bigint') {
    const quick = `(${cell} >= '-' AND ${not('0_%')} AND ${not('-0%')} AND ${not('%,%')} AND ${not('%.%')} AND octet_length(${cell}) <= 18)`;
    // What is rare, a plus or blanks around, is looked at only where the quick look fails.
    return `(${quick} OR ${looksLikeSql(cell, 'integer')})`;
  }
  const scale = kind.id === 'decimal' ? exactScale(column) : undefined;
  if (scale !== undefined && /^(?:compact-date|integer|decimal|dot-3| )+$/.test(seen)) {
    // No more decimals than the sample had: more of them would be another type.
    const zeros = column.isGiven === true ? '0*' : '';
    const whole = `(?:0|[1-9][0-9]*)[.][0-9]{0,${scale}}${zeros}`;
    const fraction = `[+-]?(?:${whole}|[.][0-9]{1,${Math.max(1, scale)}}${zeros})`;
    return `${cell} ~ '^[ \\t]*(?:${fraction}|${cellKind('integer').pattern})[ \\t]*$'`;
  }
  return undefined;
}

/**
 * Most decimals that a value may have without changing the type: those of the sample. A type that the spec gives takes zeros
 * behind its decimals as well, and nothing that would have to be rounded.
 */
export function exactScale({ kind, type }: GuessedColumn): number | undefined {
  if (/^(?:small|big)?int/.test(type) && kind.point !== undefined) return 0;
  const scale = /^numeric\(\d+,(\d+)\)$/.exec(type)?.[1];
  if (scale === undefined) return undefined;
  return Number(scale) - (kind.id.endsWith('percent') ? 2 : 0);
}

/** SQL condition under which a cell can be loaded: it has no value, or is of one of the kinds seen and converts. Never NULL. */
export function fitsSql(cell: string, column: GuessedColumn): string {
  if (column.type === 'text') return 'true';
  const zeros = column.kindsSeen
    .filter((id) => zeroDateKinds.includes(id))
    .map((id) => ` OR ${looksLikeSql(cell, id)}`);
  const tokens = `${column.hasNullTokens ? ` OR ${isNullTokenSql(cell)}` : ''}${zeros.join('')}`;
  const converts = convertsSql(cell, column);
  return `(${cell} IS NULL OR (${guardSql(cell, column)}${converts})${tokens})`;
}

// A date may not exist, a number may have too many digits: then the conversion of a cell that looks right fails.
function convertsSql(cell: string, { kind, type, kindsSeen }: GuessedColumn): string {
  if (kind.id === 'boolean') return '';
  if (kind.id === 'integer') return ` AND try_cast(${cell} AS ${sqlType(type)}) IS NOT NULL`;
  const value = kind.convert(cell, type, kindsSeen);
  return ` AND ${value.replaceAll('CAST(', 'try_cast(')} IS NOT NULL`;
}

/** SQL for the value of a cell that fits, or, where bad values become NULL, of any cell. */
export function valueOfFittingSql(cell: string, column: GuessedColumn & { readonly nullsBadValues?: boolean }): string {
  if (column.type === 'text') return cell;
  const value = column.kind.convert(cell, column.type, column.kindsSeen);
  if (column.nullsBadValues === true)
    return `CASE WHEN ${guardSql(cell, column)} THEN ${value.replaceAll('CAST(', 'try_cast(')} END`;
  return column.hasNullTokens ? `CASE WHEN ${isNullTokenSql(cell)} THEN NULL ELSE ${value} END` : value;
}
