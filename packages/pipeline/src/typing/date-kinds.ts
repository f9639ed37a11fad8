import type { CellKind, DateShape } from './cell-kinds.ts';
import { monthNamePattern } from './month-names.ts';
import { weekdayNamePattern } from './weekday-names.ts';

const DAY = '(0?[1-9]|[12][0-9]|3[01])';
const SURE_DAY = '(0?[1-9]|1[0-9]|2[0-8])';
const SURE_DAY_OF_TWO = '(0[1-9]|1[0-9]|2[0-8])';
const DAY_ONLY = '(1[3-9]|2[0-9]|3[01])';
const LOW = '(0?[1-9]|1[0-2])';
const YEAR = '([1-9][0-9]{3}|[0-9]{2})';
const NAME = `(${monthNamePattern})`;
const WEEKDAY = `(?:(?:${weekdayNamePattern})(?:,|[.],?)? )?`;
const MINUTES = ':[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?';
// The engine has six digits of a second, and rounds what has more: 59.9999999 would be a second that does not exist.
const FINE_MINUTES = ':[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?';
const HOUR = '(?:[01]?[0-9]|2[0-3])';
const HOUR_OF_TWELVE = '(?:0?[1-9]|1[0-2])';
const CLOCK_OF_TWELVE = `${HOUR_OF_TWELVE}${FINE_MINUTES} ?(?:[AaPp][Mm]|[AaPp][.][Mm][.]?)`;
// Spaniards write p. m.; and since 2022 what computers write has a narrow hard blank before PM.
const ODD_CLOCK = `${HOUR_OF_TWELVE}${MINUTES}[ \u00A0\u202F]?(?:[AaPp][Mm]|[AaPp][.][ \u00A0\u202F]?[Mm][.]?)`;
const CLOCK = `(?:${HOUR}${MINUTES}|${ODD_CLOCK})`;
const SURE_CLOCK = `(?:${HOUR}${FINE_MINUTES}|${HOUR_OF_TWELVE}${FINE_MINUTES} ?[AaPp][Mm])`;
const ISO_CLOCK = `(?:[01][0-9]|2[0-3])${FINE_MINUTES}`;
// Lower case as RFC 3339 allows it, a comma as Python's logging writes it, seven digits and more as SQL Server and Go do.
const ODD_ISO_CLOCK = '(?:[Tt]| +)(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?';
// As Oracle writes it, DD-MON-RR HH.MI.SSXFF AM: the dots are those of its session's language.
const DOTTED_MINUTES = '[.][0-5][0-9][.][0-5][0-9](?:[.,][0-9]{1,9})?';
const DOTTED_CLOCK = `(?:${HOUR_OF_TWELVE}${DOTTED_MINUTES} ?[AaPp][Mm]|${HOUR}${DOTTED_MINUTES})`;
const BASIC_CLOCK = '[Tt](?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:[.,][0-9]{1,9})?)?';
const ZONE = ' ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)';
const ODD_ZONE = ' ?(?:[Zz]|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)';
const SURE_ZONE = '(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)';
// The engine wants a blank between PM and the zone.
const ZONED_CLOCK = `(?:${HOUR}${MINUTES}${ZONE}|${HOUR_OF_TWELVE}${MINUTES} ?[AaPp][Mm] ${ZONE.slice(2)})`;
const SURE_ZONED_CLOCK = `${HOUR}${FINE_MINUTES}${SURE_ZONE}`;
const FULL_YEAR = '([1-9][0-9]{3})';
const ISO_DAY = `${FULL_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])`;
const LEAP_YEAR = '(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)';
const SURE_ISO_DAY = `(?:[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|${LEAP_YEAR}-02-29)`;
const YEAR_FIRST: DateShape = { year: 1, month: 2, day: 3 };
const separators = [
  ['slash', '/'],
  ['dot', '[.]'],
  ['dash', '-'],
] as const;
const withTime = (clock: string): string => `,?[ T]+${clock}`;

/** A date of eight digits: 20240131; 99991231 has no end. Before whole numbers, of which it is one. */
export const compactDate: CellKind = {
  id: 'compact-date',
  pattern: '((?:19|20)[0-9]{2}|9999)(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])',
  surePattern: '((?:19|20)[0-9]{2}|9999)(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])',
  date: YEAR_FIRST,
};

const ZERO_CLOCK = '(?:(?:T| +)(?:00?:00(?::00(?:[.]0{1,9})?)?|12:00:00 AM))?';

/** What programs write for no date: MySQL 0000-00-00, .NET and Go the first day of the calendar, SAP 00.00.0000. */
export const zeroDate: CellKind = {
  id: 'zero-date',
  pattern: `(?:0000-00-00|0001-01-01)${ZERO_CLOCK}(?:Z|[+-]00:?00)?|(?:00[./]00[./]0000|0?1[./]0?1[./]0001)${ZERO_CLOCK}`,
};

/** The same of SAP in eight digits: among dates of eight digits only, or it begins with a zero as identifiers do. */
export const zeroCompactDate: CellKind = { id: 'zero-compact', pattern: '0{8}' };

/** Kinds of cells that are no value in a column of dates. */
export const zeroDateKinds: readonly string[] = ['zero-date', 'zero-compact'];

/** A date of three numbers with one of the usual separators, the same twice. RE2 has no back reference. */
function numberDates(id: string, first: string, second: string, dayFirst: boolean): CellKind[] {
  const date: DateShape = dayFirst ? { day: 1, month: 2, year: 3 } : { month: 1, day: 2, year: 3 };
  return separators.flatMap(([name, separator]) => {
    const pattern = `${first}${separator}${second}${separator}${YEAR}`;
    const days = first === second ? `${first}${separator}${second}` : sureDays(separator, dayFirst);
    const surePattern = `${days}${separator}${YEAR}`;
    return [
      { id: `${id}-${name}`, pattern, surePattern, date },
      {
        id: `${id}-${name}-time`,
        pattern: `${pattern}${withTime(CLOCK)}`,
        surePattern: `${surePattern}${withTime(SURE_CLOCK)}`,
        date,
        hasTime: true,
      },
    ];
  });
}

/**
 * Dates of two digits each that may have the year first: 24-01-31. `any` reads in every order, `ends` by day or by year first,
 * `ymd-short` only by year first, as it comes behind all others.
 */
function shortDates(id: string, first: string, sureFirst = first): CellKind[] {
  return separators.flatMap(([name, separator]) => {
    const pattern = [first, '(0[1-9]|1[0-2])', '(0[1-9]|[12][0-9]|3[01])'].join(separator);
    const surePattern = [sureFirst, '(0[1-9]|1[0-2])', SURE_DAY_OF_TWO].join(separator);
    const dates = { date: YEAR_FIRST, ...(id === 'ends' ? { otherDate: { day: 1, month: 2, year: 3 } } : {}) };
    return [
      { id: `${id}-${name}`, pattern, surePattern, ...dates },
      {
        id: `${id}-${name}-time`,
        pattern: `${pattern}${withTime(CLOCK)}`,
        surePattern: `${surePattern}${withTime(SURE_CLOCK)}`,
        ...dates,
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
      pattern: `${WEEKDAY}${DAY}(?:[.]|st|nd|rd|th|er|º)?[ /-](?:de )?${NAME}[.,]?[ /-](?:de )?${YEAR}`,
      date: { day: 1, month: 2, year: 3, monthIsName: true },
    },
    {
      id: 'name-mdy',
      pattern: `${WEEKDAY}${NAME}[.]?[ /-]${DAY}(?:st|nd|rd|th)?,?[ /-]${FULL_YEAR}`,
      date: { month: 1, day: 2, year: 3, monthIsName: true },
    },
    {
      id: 'name-ymd',
      pattern: `${FULL_YEAR}[ /-]${NAME}[ /-]${DAY}`,
      date: { year: 1, month: 2, day: 3, monthIsName: true },
    },
    // 31JAN2024, as SAS writes it.
    {
      id: 'name-compact',
      pattern: `(0[1-9]|[12][0-9]|3[01])${NAME}${FULL_YEAR}`,
      date: { day: 1, month: 2, year: 3, monthIsName: true },
    },
  ];
  return shapes.flatMap(({ id, pattern, date }) => {
    const surePattern = pattern.replace(DAY, SURE_DAY).replace('(0[1-9]|[12][0-9]|3[01])', SURE_DAY_OF_TWO);
    return [
      { id, pattern, surePattern, date, ignoreCase: true },
      {
        id: `${id}-time`,
        pattern: `${pattern}${withTime(CLOCK)}`,
        surePattern: `${surePattern}${withTime(SURE_CLOCK)}`,
        date,
        ignoreCase: true,
        hasTime: true,
      },
      // Wed, 31 Jan 2024 13:45:00 GMT, as mails and servers write it.
      {
        id: `${id}-zone`,
        pattern: `${pattern}${withTime(ZONED_CLOCK)}`,
        surePattern: `${surePattern}${withTime(SURE_ZONED_CLOCK)}`,
        date,
        ignoreCase: true,
        hasTime: true,
      },
    ];
  });
}

/** 31-JAN-24 01.45.10.000000 PM. */
const oracleTime: CellKind = {
  id: 'name-oracle-time',
  pattern: `${DAY}-${NAME}-${YEAR} ${DOTTED_CLOCK}`,
  surePattern: `${SURE_DAY}-${NAME}-${YEAR} ${DOTTED_CLOCK}`,
  date: { day: 1, month: 2, year: 3, monthIsName: true },
  ignoreCase: true,
  hasTime: true,
};

/** Dates with the year first that are not quite ISO: other separators, months and days of one digit, a clock of twelve hours. */
function yearFirstDates(): CellKind[] {
  return separators.flatMap(([name, separator]) => {
    const pattern = `${FULL_YEAR}${separator}${LOW}${separator}${DAY}`;
    const surePattern = `${FULL_YEAR}${separator}${LOW}${separator}${SURE_DAY}`;
    return [
      { id: `ymd-${name}`, pattern, surePattern, date: YEAR_FIRST },
      {
        id: `ymd-${name}-time`,
        pattern: `${pattern}(?:T| +)${CLOCK}`,
        surePattern: `${surePattern}(?:T| +)${SURE_CLOCK}`,
        date: YEAR_FIRST,
        hasTime: true,
      },
    ];
  });
}

function basicDate(clock: string, sureClock: string): Omit<CellKind, 'id'> {
  const day = `${FULL_YEAR}(0[1-9]|1[0-2])`;
  return {
    pattern: `${day}(0[1-9]|[12][0-9]|3[01])${clock}`,
    surePattern: `${day}${SURE_DAY_OF_TWO}${sureClock}`,
    date: YEAR_FIRST,
    hasTime: true,
  };
}

/** Dates of numbers with a time and a zone behind, whatever their separators are. */
function zonedDates(): CellKind[] {
  const between = '[/.-]';
  const [any, days] = [SURE_DAY, '(1[3-9]|2[0-8])'];
  const shapes = [
    ['ymd', [FULL_YEAR, LOW, DAY], [FULL_YEAR, LOW, any], YEAR_FIRST],
    ['either', [LOW, LOW, FULL_YEAR], [LOW, LOW, FULL_YEAR], { month: 1, day: 2, year: 3 }],
    ['dmy', [DAY_ONLY, LOW, FULL_YEAR], [days, LOW, FULL_YEAR], { day: 1, month: 2, year: 3 }],
    ['mdy', [LOW, DAY_ONLY, FULL_YEAR], [LOW, days, FULL_YEAR], { month: 1, day: 2, year: 3 }],
  ] as const;
  return shapes.map(([order, parts, sureParts, date]) => ({
    id: `${order}-zone`,
    pattern: `${parts.join(between)}${order === 'ymd' ? '(?:T| +)' : withTime('')}${ZONED_CLOCK}`,
    surePattern: `${sureParts.join(between)}${order === 'ymd' ? '(?:T| +)' : withTime('')}${SURE_ZONED_CLOCK}`,
    date,
    hasTime: true,
  }));
}

/** Dates, dates with times, and times of day, as people and programs write them. */
export const dateKinds: readonly CellKind[] = [
  { id: 'iso-date', pattern: ISO_DAY, surePattern: SURE_ISO_DAY, date: YEAR_FIRST },
  {
    id: 'iso-time',
    pattern: `${ISO_DAY}(?:T| +)${ISO_CLOCK}`,
    surePattern: `${SURE_ISO_DAY}(?:T| +)${ISO_CLOCK}`,
    date: YEAR_FIRST,
    hasTime: true,
  },
  {
    id: 'iso-time-odd',
    pattern: `${ISO_DAY}${ODD_ISO_CLOCK}`,
    surePattern: `${SURE_ISO_DAY}${ODD_ISO_CLOCK}`,
    date: YEAR_FIRST,
    hasTime: true,
  },
  {
    id: 'iso-zone',
    pattern: `${ISO_DAY}(?:T| +)${ISO_CLOCK}${ZONE}`,
    surePattern: `${SURE_ISO_DAY}(?:T| +)${ISO_CLOCK}${SURE_ZONE}`,
    date: YEAR_FIRST,
    hasTime: true,
  },
  {
    id: 'iso-zone-odd',
    pattern: `${ISO_DAY}${ODD_ISO_CLOCK}${ODD_ZONE}`,
    surePattern: `${SURE_ISO_DAY}${ODD_ISO_CLOCK}${SURE_ZONE}`,
    date: YEAR_FIRST,
    hasTime: true,
  },
  // ISO's other form, without marks between.
  { id: 'basic-time', ...basicDate(BASIC_CLOCK, BASIC_CLOCK) },
  { id: 'basic-zone', ...basicDate(`${BASIC_CLOCK}${ODD_ZONE}`, `${BASIC_CLOCK}${SURE_ZONE}`) },
  ...yearFirstDates(),
  ...shortDates('any', '(0[1-9]|1[0-2])'),
  ...shortDates('ends', '(1[3-9]|2[0-9]|3[01])', '(1[3-9]|2[0-8])'),
  ...numberDates('either', LOW, LOW, false),
  ...numberDates('dmy', DAY_ONLY, LOW, true),
  ...numberDates('mdy', LOW, DAY_ONLY, false),
  ...shortDates('ymd-short', '([0-9]{2})'),
  ...nameDates(),
  oracleTime,
  ...zonedDates(),
  { id: 'time', pattern: `(?:${HOUR}${FINE_MINUTES}|${CLOCK_OF_TWELVE})`, surePattern: SURE_CLOCK },
  { id: 'time-odd', pattern: CLOCK },
];

/** What may stand behind a date that is meant as one: SQL and JavaScript read it alike. */
export const MIDNIGHT = ',?(?:T| +)(?:0?0:00(?::00(?:[.]0{1,9})?)?|12:00(?::00)? ?[Aa][Mm])';

/** Timestamps at midnight, for columns whose type is given as date. */
export const midnightKinds: readonly CellKind[] = dateKinds
  .filter(({ date, hasTime, ignoreCase }) => date !== undefined && hasTime !== true && ignoreCase !== true)
  .map(({ id, pattern, surePattern = pattern, date, otherDate }) => ({
    id: `${id}-midnight`,
    pattern: `${pattern}${MIDNIGHT}`,
    surePattern: `${surePattern}${MIDNIGHT}`,
    date: date!,
    ...(otherDate === undefined ? {} : { otherDate }),
  }));
