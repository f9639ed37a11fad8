import { compactDate, dateKinds, zeroCompactDate, zeroDate } from './date-kinds.ts';
import { givenKinds } from './given-kinds.ts';
import { floatPattern, writtenNumberKinds } from './number-kinds.ts';

/** What one cell looks like. Every cell is of exactly one kind: the first of `cellKinds` whose pattern fits. */
export interface CellKind {
  readonly id: string;
  /** Regular expression that reads the same in JavaScript and in the engine (RE2); blanks around are allowed for. */
  readonly pattern: string;
  readonly ignoreCase?: boolean;
  /** A part of the pattern whose matches are surely of this kind and convert: no day that doesn't exist. Default: the pattern. */
  readonly surePattern?: string;
  /** Shape of the calendar date in it: such a cell is of this kind only if the day exists. */
  readonly date?: DateShape;
  /** The same where day and year are the other way round: that day must exist as well. */
  readonly otherDate?: DateShape;
  /** The date is followed by a time. */
  readonly hasTime?: boolean;
}

/** Which capturing group of the pattern is year, month and day. */
export interface DateShape {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly monthIsName?: boolean;
}

const words = (list: readonly string[]): string => list.join('|');

export const cellKinds: readonly CellKind[] = [
  compactDate,
  {
    id: 'integer',
    pattern: '-?(?:0|[1-9][0-9]{0,17})|[+](?:0|[1-9][0-9]{0,5})',
  },
  zeroCompactDate,
  { id: 'leading-zero', pattern: '[+-]?0[0-9]+' },
  // Codes such as 01.10, of which a number would keep 1.1.
  { id: 'zero-dot', pattern: '[+-]?0[0-9]+[.][0-9]*' },
  { id: 'zero-comma', pattern: '[+-]?0[0-9]+,[0-9]*' },
  { id: 'long-digits', pattern: '[+-]?[0-9]{7,}' },
  { id: 'dot-3', pattern: '[+-]?[1-9][0-9]{0,2}[.][0-9]{3}' },
  { id: 'decimal', pattern: '[+-]?(?:(?:0|[1-9][0-9]*)[.][0-9]*|[.][0-9]+)' },
  { id: 'exponent-code', pattern: '[0-9]+[eE][0-9]{1,2}|[0-9]{1,9}[eE][0-2][0-9]{2}' },
  { id: 'float', pattern: floatPattern('[.]') },
  ...writtenNumberKinds,
  { id: 'true-word', pattern: words(['true', 'yes', 'oui', 'wahr', 'vrai', 'verdadero']), ignoreCase: true },
  { id: 'false-word', pattern: words(['false', 'nein', 'non', 'falsch', 'faux', 'falso']), ignoreCase: true },
  // Those of two letters are codes of languages as well, and in capitals of countries: Norway and Slovenia.
  { id: 'true-code', pattern: 'SI' },
  { id: 'false-code', pattern: 'NO' },
  { id: 'true-two', pattern: words(['ja', 'sí', 'si']), ignoreCase: true },
  { id: 'false-two', pattern: 'no', ignoreCase: true },
  // ON is Ontario, too: only beside OFF it is a switch.
  { id: 'true-switch', pattern: 'on', ignoreCase: true },
  { id: 'false-switch', pattern: 'off', ignoreCase: true },
  { id: 'letter-t', pattern: 't', ignoreCase: true },
  { id: 'letter-f', pattern: 'f', ignoreCase: true },
  { id: 'letter-y', pattern: '[yj]', ignoreCase: true },
  { id: 'letter-n', pattern: 'n', ignoreCase: true },
  { id: 'letter-o', pattern: 'o', ignoreCase: true },
  { id: 'letter-v', pattern: '[vw]', ignoreCase: true },
  // Beside N it may be the south as well: only taken where the type is given.
  { id: 'letter-s', pattern: 's', ignoreCase: true },
  zeroDate,
  ...dateKinds,
];

/** The kind's pattern for a whole cell, blanks around it allowed: SQL text without quotes around. */
export function fullPattern(kind: CellKind): string {
  return `^[ \\t]*(?:${kind.pattern})[ \\t]*$`;
}

const byId = new Map([...cellKinds, ...givenKinds].map((kind) => [kind.id, kind]));

export function cellKind(id: string): CellKind {
  const kind = byId.get(id);
  if (kind === undefined) throw new RangeError(`no cell kind "${id}"`);
  return kind;
}
