import { trimmedSql } from './blanks.ts';
import { cellKind } from './cell-kinds.ts';
import { isoDay, matchSql } from './column-kinds.ts';
import { nullTokens } from './null-tokens.ts';

/** SQL: is the non-NULL cell one of the words that stand for "no value"? */
export function isNullTokenSql(cell: string): string {
  return `lower(${trimmedSql(cell)}) IN (${nullTokens.map((token) => `'${token}'`).join(',')})`;
}

/** SQL: is the non-NULL cell of this kind? A date must exist as well. */
export function isCellKindSql(cell: string, id: string): string {
  const kind = cellKind(id);
  const match = matchSql(cell, id);
  if (kind.date === undefined) return match;
  const exists = (order: string): string =>
    `try_cast(${isoDay(cell, id, order)} AS ${kind.hasTime === true ? 'timestamp' : 'date'}) IS NOT NULL`;
  const order = /^(?:any|ends|ymd)-/.test(id) ? 'ymd' : id.startsWith('dmy') ? 'dmy' : 'mdy';
  const other = kind.otherDate === undefined ? '' : ` AND ${exists('dmy')}`;
  return `(${match} AND ${exists(order)}${other})`;
}

/** Numbers that stand for kinds in the result of `cellKindSql`. */
export const NULL_CODE = 0;
export const TOKEN_CODE = 1;
export const OTHER_CODE = 2;
export const FIRST_KIND_CODE = 3;

/** SQL for the kind of a cell as a number: the position in `kinds` from `FIRST_KIND_CODE` on, or one of the codes above. */
export function cellKindSql(cell: string, kinds: readonly string[]): string {
  const whens = kinds.map((id, index) => `WHEN ${isCellKindSql(cell, id)} THEN ${FIRST_KIND_CODE + index}`);
  return `CASE WHEN ${cell} IS NULL THEN ${NULL_CODE} ${whens.join(' ')} WHEN ${isNullTokenSql(cell)} THEN ${TOKEN_CODE} ELSE ${OTHER_CODE} END`;
}
