import { monthNamePattern } from './month-names.ts';
import { writtenNumberKinds } from './number-kinds.ts';

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

const DAY = '(0?[1-9]|[12][0-9]|3[01])';
const SURE_DAY = '(0?[1-9]|1[0-9]|2[0-8])';
const DAY_ONLY = '(1[3-9]|2[0-9]|3[01])';
const LOW = '(0?[1-9]|1[0-2])';
const YEAR = '([0-9]{4}|[0-9]{2})';
const NAME = `(${monthNamePattern})`;
const CLOCK = '([01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?(?: ?[AaPp][.]?[Mm][.]?)?';
const MINUTES = ':[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?';
const SURE_CLOCK = `(?:(?:[01]?[0-9]|2[0-3])${MINUTES}|(?:0?[1-9]|1[0-2])${MINUTES} ?[AaPp][Mm])`;
const ISO_CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?';
const COMMA_CLOCK = '(?:T| +)(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9],[0-9]{1,9}';
const ZONE = ' ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)';
const SURE_ZONE = '(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)';
const ISO_DAY = '([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const YMD_DAY =
  '([0-9]{4})(?:/(0?[1-9]|1[0-2])/(0?[1-9]|[12][0-9]|3[01])|[.](0?[1-9]|1[0-2])[.](0?[1-9]|[12][0-9]|3[01]))';
const SURE_YMD_DAY = YMD_DAY.replaceAll('(0?[1-9]|[12][0-9]|3[01])', SURE_DAY);
const LEAP_YEAR = '(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)';
const SURE_ISO_DAY = `(?:[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|${LEAP_YEAR}-02-29)`;
const ISO_SHAPE: DateShape = { year: 1, month: 2, day: 3 };

/** A date of three numbers with one of the usual separators, the same twice. RE2 has no back reference. */
function numberDates(id: string, first: string, second: string, dayFirst: boolean): CellKind[] {
  const separators = [
    ['slash', '/'],
    ['dot', '[.]'],
    ['dash', '-'],
  ] as const;
  const date: DateShape = dayFirst ? { day: 1, month: 2, year: 3 } : { month: 1, day: 2, year: 3 };
  return separators.flatMap(([name, separator]) => {
    const pattern = `${first}${separator}${second}${separator}${YEAR}`;
    const days = first === second ? `${first}${separator}${second}` : sureDays(separator, dayFirst);
    const surePattern = `${days}${separator}${YEAR}`;
    const time = (clock: string): string => `,?[ T]+${clock}`;
    return [
      { id: `${id}-${name}`, pattern, surePattern, date },
      {
        id: `${id}-${name}-time`,
        pattern: `${pattern}${time(CLOCK)}`,
        surePattern: `${surePattern}${time(SURE_CLOCK)}`,
        date,
        hasTime: true,
      },
    ];
  });
}

/** Day and month, or month and day, of days from the 13th that every year has. */
function sureDays(separator: string, dayFirst: boolean): string {
  const pairs = [
    ['(?:1[3-9]|2[0-8])', '(?:0?[1-9]|1[0-2])'],
    ['(?:29|30)', '(?:0?[13-9]|1[0-2])'],
    ['31', '(?:0?[13578]|1[02])'],
  ];
  return `(?:${pairs.map((pair) => (dayFirst ? pair : pair.toReversed()).join(separator)).join('|')})`;
}

/** Dates with the name of the month, with and without a time. */
function nameDates(): CellKind[] {
  const shapes: { id: string; pattern: string; date: DateShape }[] = [
    {
      id: 'name-dmy',
      pattern: `${DAY}(?:[.]|st|nd|rd|th)?[ -](?:de )?${NAME}[.,]?[ -](?:de )?${YEAR}`,
      date: { day: 1, month: 2, year: 3, monthIsName: true },
    },
    {
      id: 'name-mdy',
      pattern: `${NAME}[.]?[ -]${DAY}(?:st|nd|rd|th)?,?[ -]([0-9]{4})`,
      date: { month: 1, day: 2, year: 3, monthIsName: true },
    },
    {
      id: 'name-ymd',
      pattern: `([0-9]{4})[ -]${NAME}[ -]${DAY}`,
      date: { year: 1, month: 2, day: 3, monthIsName: true },
    },
  ];
  return shapes.flatMap(({ id, pattern, date }) => {
    const surePattern = pattern.replace(DAY, SURE_DAY);
    const time = (clock: string): string => `,?[ T]+${clock}`;
    return [
      { id, pattern, surePattern, date, ignoreCase: true },
      {
        id: `${id}-time`,
        pattern: `${pattern}${time(CLOCK)}`,
        surePattern: `${surePattern}${time(SURE_CLOCK)}`,
        date,
        ignoreCase: true,
        hasTime: true,
      },
    ];
  });
}

/** Cells that stand for "no value" in a column that is not text. Lower case, blanks cut. */
export const nullTokens = [
  '',
  'na',
  'n/a',
  '#n/a',
  'null',
  '(null)',
  '#null!',
  'none',
  'nil',
  'nan',
  '-',
  '--',
  '.',
  '?',
  String.raw`\n`,
] as const;

const words = (list: readonly string[]): string => list.join('|');

export const cellKinds: readonly CellKind[] = [
  {
    id: 'integer',
    pattern: '-?(?:0|[1-9][0-9]{0,17})|[+](?:0|[1-9][0-9]{0,5})',
  },
  { id: 'leading-zero', pattern: '[+-]?0[0-9]+' },
  { id: 'long-digits', pattern: '[+-]?[0-9]{7,}' },
  { id: 'dot-3', pattern: '[+-]?[1-9][0-9]{0,2}[.][0-9]{3}' },
  { id: 'decimal', pattern: '[+-]?(?:[0-9]+[.][0-9]*|[.][0-9]+)' },
  { id: 'exponent-code', pattern: '[0-9]+[eE][0-9]+' },
  { id: 'float', pattern: '[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)[eE][+-]?[0-9]{1,3}' },
  ...writtenNumberKinds,
  {
    id: 'true-word',
    pattern: words(['true', 'yes', 'ja', 'oui', 'sí', 'si', 'wahr', 'vrai', 'verdadero']),
    ignoreCase: true,
  },
  { id: 'false-word', pattern: words(['false', 'no', 'nein', 'non', 'falsch', 'faux', 'falso']), ignoreCase: true },
  { id: 'letter-t', pattern: 't', ignoreCase: true },
  { id: 'letter-f', pattern: 'f', ignoreCase: true },
  { id: 'letter-y', pattern: '[yj]', ignoreCase: true },
  { id: 'letter-n', pattern: 'n', ignoreCase: true },
  { id: 'iso-date', pattern: ISO_DAY, surePattern: SURE_ISO_DAY, date: ISO_SHAPE },
  {
    id: 'iso-time',
    pattern: `${ISO_DAY}(?:T| +)${ISO_CLOCK}`,
    surePattern: `${SURE_ISO_DAY}(?:T| +)${ISO_CLOCK}`,
    date: ISO_SHAPE,
    hasTime: true,
  },
  // As Python's logging writes it.
  {
    id: 'iso-time-comma',
    pattern: `${ISO_DAY}${COMMA_CLOCK}`,
    surePattern: `${SURE_ISO_DAY}${COMMA_CLOCK}`,
    date: ISO_SHAPE,
    hasTime: true,
  },
  {
    id: 'iso-zone',
    pattern: `${ISO_DAY}(?:T| +)${ISO_CLOCK}${ZONE}`,
    surePattern: `${SURE_ISO_DAY}(?:T| +)${ISO_CLOCK}${SURE_ZONE}`,
    date: ISO_SHAPE,
    hasTime: true,
  },
  { id: 'ymd-date', pattern: YMD_DAY, surePattern: SURE_YMD_DAY },
  {
    id: 'ymd-time',
    pattern: `${YMD_DAY}(?:T| +)${CLOCK}`,
    surePattern: `${SURE_YMD_DAY}(?:T| +)${SURE_CLOCK}`,
    hasTime: true,
  },
  ...numberDates('either', LOW, LOW, false),
  ...numberDates('dmy', DAY_ONLY, LOW, true),
  ...numberDates('mdy', LOW, DAY_ONLY, false),
  ...nameDates(),
  { id: 'time', pattern: CLOCK, surePattern: SURE_CLOCK },
];

/** The kind's pattern for a whole cell, blanks around it allowed: SQL text without quotes around. */
export function fullPattern(kind: CellKind): string {
  return `^[ \\t]*(?:${kind.pattern})[ \\t]*$`;
}

const byId = new Map(cellKinds.map((kind) => [kind.id, kind]));

export function cellKind(id: string): CellKind {
  const kind = byId.get(id);
  if (kind === undefined) throw new RangeError(`no cell kind "${id}"`);
  return kind;
}
