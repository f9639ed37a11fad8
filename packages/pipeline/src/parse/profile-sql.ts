import { trimmedSql } from '../typing/blanks.ts';
import { cellKindSql, FIRST_KIND_CODE, NULL_CODE, OTHER_CODE, TOKEN_CODE } from '../typing/cell-kind-sql.ts';
import { NULL_KIND, OTHER_KIND, TOKEN_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import {
  commaKinds,
  countDigitsSql,
  dotKinds,
  MARKS,
  significantDigitsSql,
  wholeNumberKinds,
} from '../typing/number-kinds.ts';

/** A column to count: which kinds of cells to tell apart. None: only NULLs and the longest cell. */
export interface CountedColumn {
  /** Position in the source, from 0. */
  readonly index: number;
  readonly kinds: readonly string[];
  /** Count the digits of the longest number, too. */
  readonly countsDigits?: boolean;
}

/** SQL that counts, for each column, the cells of each kind in one scan of `from`, an expression with columns c0, c1, … */
export function profileSql(columns: readonly CountedColumn[], from: string): string {
  const inner = columns.flatMap(({ index, kinds }) =>
    kinds.length === 0 ? [`c${index}`] : [`c${index}`, `${cellKindSql(`c${index}`, kinds)} AS k${index}`],
  );
  const outer = columns.flatMap((column) => measures(column).map(({ sql }) => sql));
  return `SELECT count(*), ${outer.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${from}) s`;
}

interface Measure {
  readonly name: string;
  readonly sql: string;
}

function measures({ index, kinds, countsDigits }: CountedColumn): Measure[] {
  const cell = `c${index}`;
  const list: Measure[] = [{ name: '#maxBytes', sql: `max(octet_length(${cell}))` }];
  if (kinds.length === 0) return [...list, { name: NULL_KIND, sql: `count(*) FILTER (WHERE ${cell} IS NULL)` }];
  const filter = (code: number): string => `count(*) FILTER (WHERE k${index} = ${code})`;
  list.push({ name: NULL_KIND, sql: filter(NULL_CODE) }, { name: TOKEN_KIND, sql: filter(TOKEN_CODE) });
  list.push({ name: OTHER_KIND, sql: filter(OTHER_CODE) });
  // Tells which kinds a second look may leave out: an expression for each of them takes time to compile.
  const marked = `k${index} = ${OTHER_CODE} AND ${cell} ~ '${MARKS}'`;
  list.push({ name: '#marks', sql: `max(CASE WHEN ${marked} THEN 1 ELSE 0 END)` });
  kinds.forEach((name, position) => list.push({ name, sql: filter(FIRST_KIND_CODE + position) }));
  const code = (id: string): number => FIRST_KIND_CODE + kinds.indexOf(id);
  const isOneOf = (ids: readonly string[]): string => `k${index} IN (${ids.map(code).join(',')})`;
  const dots = kinds.filter((id) => dotKinds.has(id));
  const commas = kinds.filter((id) => commaKinds.has(id));
  if (dots.length > 0) {
    const isPlain = dots.every((id) => wholeNumberKinds.has(id) || id === 'decimal' || id === 'dot-3');
    const sign = `CASE WHEN left(${trimmedSql(cell)},1) IN ('-','+') THEN 1 ELSE 0 END`;
    const whole = isPlain ? `length(split_part(${trimmedSql(cell)},'.',1)) - ${sign}` : countDigitsSql(cell, 'dot', 1);
    const fraction = isPlain ? `length(split_part(${trimmedSql(cell)},'.',2))` : countDigitsSql(cell, 'dot', 2);
    list.push({ name: '#integerDigits', sql: `max(CASE WHEN ${isOneOf(dots)} THEN ${whole} END)` });
    list.push({ name: '#fractionDigits', sql: `max(CASE WHEN ${isOneOf(dots)} THEN ${fraction} END)` });
  }
  if (countsDigits === true) {
    const numbers = [...new Set([...dots, ...commas])];
    const digits = `CASE WHEN ${isOneOf(numbers)} THEN ${significantDigitsSql(cell)} END`;
    if (numbers.length > 0) list.push({ name: '#significantDigits', sql: `max(${digits})` });
  }
  // Where nothing but whole numbers is written so, the comma plays no part.
  if (commas.some((id) => !wholeNumberKinds.has(id))) {
    const digits = (part: 1 | 2): string =>
      `max(CASE WHEN ${isOneOf(commas)} THEN ${countDigitsSql(cell, 'comma', part)} END)`;
    list.push({ name: '#commaIntegerDigits', sql: digits(1) }, { name: '#commaFractionDigits', sql: digits(2) });
  }
  return list;
}

/** Reads the row that `profileSql` returns: the number of records, and the counts in the order of the columns. */
export function readProfileRow(
  columns: readonly CountedColumn[],
  row: readonly unknown[],
): { readonly rowCount: number; readonly counts: ColumnCounts[] } {
  const rowCount = Number(row[0]);
  let at = 1;
  const counts = columns.map((column) => {
    const kinds: Record<string, number> = {};
    const sizes: Record<string, number> = {};
    for (const { name } of measures(column)) {
      const value = Number(row[at] ?? 0);
      if (name.startsWith('#')) sizes[name.slice(1)] = value;
      else if (value > 0) kinds[name] = value;
      at += 1;
    }
    if (column.kinds.length === 0) kinds[OTHER_KIND] = rowCount - (kinds[NULL_KIND] ?? 0);
    return {
      kinds,
      maxBytes: sizes['maxBytes'] ?? 0,
      hasNoMarks: sizes['marks'] === 0,
      integerDigits: sizes['integerDigits'] ?? 0,
      fractionDigits: sizes['fractionDigits'] ?? 0,
      commaIntegerDigits: sizes['commaIntegerDigits'] ?? 0,
      commaFractionDigits: sizes['commaFractionDigits'] ?? 0,
      ...(column.countsDigits === true ? { significantDigits: sizes['significantDigits'] ?? 0 } : {}),
    };
  });
  return { rowCount, counts };
}
