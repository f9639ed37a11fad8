import type { Cell } from '@hyperferry/sources';

import { trimmed } from './blanks.ts';
import { type CellKind, cellKinds, fullPattern } from './cell-kinds.ts';
import { givenKinds } from './given-kinds.ts';
import { monthNumber } from './month-names.ts';
import { nullTokens } from './null-tokens.ts';
import { currencies, isMarkedKind } from './number-kinds.ts';

/** Kinds of cells that have no pattern of their own. */
export const NULL_KIND = 'null';
export const TOKEN_KIND = 'null-token';
export const OTHER_KIND = 'other';

interface CompiledKind {
  readonly kind: CellKind;
  readonly regex: RegExp;
}

// Most files need few of them, and compiling all takes longer than classifying a small file.
const compile = (kind: CellKind): CompiledKind => {
  let regex: RegExp | undefined;
  return {
    kind,
    get regex() {
      return (regex ??= new RegExp(fullPattern(kind), kind.ignoreCase === true ? 'iu' : 'u'));
    },
  };
};
const compiled = cellKinds.map(compile);
const byId = new Map([...compiled, ...givenKinds.map(compile)].map((entry) => [entry.kind.id, entry]));
const withoutDigits = compiled.filter(({ kind }) => /^(?:true|false|letter)-/.test(kind.id));
// Zero may be written as $-.
const wordsOrZero = [...withoutDigits, ...compiled.filter(({ kind }) => kind.id.startsWith('int-money'))];
const withName = compiled.filter(({ kind }) => kind.date?.monthIsName === true);
const plainNumbers = compiled.filter(({ kind }) =>
  /^(?:compact-date|integer|zero-compact|leading-zero|zero-dot|long-digits|dot-3|decimal)$/.test(kind.id),
);
const others = compiled.filter((entry) => !withoutDigits.includes(entry) && !withName.includes(entry));
const withoutMarks = others.filter(({ kind }) => !isMarkedKind(kind.id));
const dated = others.slice(others.findIndex(({ kind }) => kind.id === 'zero-date'));
const orNamed = {
  dated: [...withName, ...dated],
  others: [...withName, ...others],
  withoutMarks: [...withName, ...withoutMarks],
};
const mayBeMarked = new RegExp(['%', ...currencies].join('|').replaceAll('$', '[$]'), 'u');
const tokens: ReadonlySet<string> = new Set(nullTokens);
const longestToken = Math.max(...nullTokens.map((token) => token.length));

/** The kind of one cell: exactly what the engine's SQL (`cellKindSql`) says of it. `first`: see `kindsOfGiven`. */
export function classifyCell(cell: Cell, first: readonly string[] = []): string {
  if (cell === null) return NULL_KIND;
  const text = trimmed(cell);
  if (text.length <= longestToken && tokens.has(text.toLowerCase())) return TOKEN_KIND;
  if (text.length > 60) return OTHER_KIND;
  for (const id of first) if (matchesKind(cell, id)) return id;
  for (const { kind, regex } of candidates(text)) {
    if (isOfKind(regex.exec(cell), kind)) return kind.id;
  }
  return OTHER_KIND;
}

/** Is the cell of this kind, though it may be of another one that comes first as well? */
export function matchesKind(cell: string, id: string): boolean {
  const { kind, regex } = byId.get(id)!;
  return isOfKind(regex.exec(cell), kind);
}

function isOfKind(match: RegExpExecArray | null, { date, otherDate }: CellKind): boolean {
  if (match === null) return false;
  return (date === undefined || isRealDay(match, date)) && (otherDate === undefined || isRealDay(match, otherDate));
}

// Most cells are told apart by what characters they are made of: that saves trying dozens of patterns.
function candidates(text: string): readonly CompiledKind[] {
  if (/^[+-]?[0-9.]+$/.test(text)) return /[.].*[.]/.test(text) ? others : plainNumbers;
  if (!/[0-9]/.test(text)) return text.includes('-') && text.length < 16 ? wordsOrZero : withoutDigits;
  const hasName = /[A-Za-z]{3}|\p{L}{3}/u.test(text);
  // Only dates and times have digits on both sides of a dash, a stroke or a colon.
  if (/[0-9][-/:][0-9]/.test(text)) return hasName ? orNamed.dated : dated;
  if (mayBeMarked.test(text)) return hasName ? orNamed.others : others;
  return hasName ? orNamed.withoutMarks : withoutMarks;
}

function isRealDay(match: RegExpExecArray, shape: NonNullable<CellKind['date']>): boolean {
  const day = Number(match[shape.day]);
  // Every month has so many.
  if (day <= 28 && shape.monthIsName !== true) return true;
  const monthText = match[shape.month]!;
  const month = shape.monthIsName === true ? monthNumber(monthText)! : Number(monthText);
  const year = fullYear(match[shape.year]!);
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

/** Two digits: 70 to 99 are of the 20th century, the others of the 21st. */
function fullYear(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year + (year < 70 ? 2000 : 1900);
}
