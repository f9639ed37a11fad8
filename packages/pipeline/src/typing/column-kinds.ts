import type { ColumnType } from '@hyperferry/schema';

import { trimmedSql } from './blanks.ts';
import { monthNumberSql } from './month-names.ts';
import { cellKind, fullPattern } from './cell-kinds.ts';
import type { ColumnCounts } from './column-counts.ts';
import { MIDNIGHT, midnightKinds, zeroDateKinds } from './date-kinds.ts';
import { numberColumns } from './number-columns.ts';
import type { Point } from './number-kinds.ts';
import { sqlType } from './sql-type.ts';

/** A way to read a column: which kinds of cells it takes, which type comes out, and how the engine converts a cell. */
export interface ColumnKind {
  readonly id: string;
  /** In words, for reasons. */
  readonly label: string;
  readonly accepts: readonly string[];
  /** Type of the column, or undefined when the counts speak against it. */
  readonly type: (counts: ColumnCounts) => ColumnType | undefined;
  /** For numbers: which character is the decimal point. */
  readonly point?: Point;
  /** SQL for the value of an accepted cell; `kindsSeen` are the kinds that occur. */
  readonly convert: (cell: string, type: ColumnType, kindsSeen: readonly string[]) => string;
}

const cast = (cell: string, type: ColumnType): string => `CAST(${cell} AS ${sqlType(type)})`;

const midnights: ReadonlySet<string> = new Set(midnightKinds.map(({ id }) => id));
const nameKinds = ['name-dmy', 'name-mdy', 'name-ymd', 'name-compact'];
export const digitKinds = ['integer', 'leading-zero', 'long-digits', 'decimal', 'dot-3'];
const separators = ['slash', 'dot', 'dash'] as const;
const numberKinds = (order: string, time: boolean): string[] =>
  separators.map((separator) => `${order}-${separator}${time ? '-time' : ''}`);

export const columnKinds: readonly ColumnKind[] = [
  {
    id: 'boolean',
    label: 'yes/no words',
    accepts: [
      'true-word',
      'false-word',
      'true-two',
      'true-code',
      'false-two',
      'false-code',
      'letter-t',
      'letter-f',
      'letter-y',
      'letter-n',
      'letter-o',
      'letter-v',
      'letter-s',
      'true-switch',
      'false-switch',
      'bit',
    ],
    type: ({ kinds }) => (isBooleanMix(kinds) ? 'boolean' : undefined),
    // Nearly all files write true and false: comparing is quicker than looking up.
    convert: (cell) =>
      `CASE WHEN ${cell} = 'true' THEN true WHEN ${cell} = 'false' THEN false ELSE lower(${trimmedSql(cell)}) IN ('true','yes','ja','oui','sí','si','wahr','vrai','verdadero','on','t','y','j','o','v','w','s','1') END`,
  },
  {
    id: 'compact-date',
    label: 'dates such as 20240131',
    accepts: ['compact-date', 'zero-compact'],
    // One number among them that is no such date, and they are numbers.
    type: ({ kinds }) => (digitKinds.some((id) => (kinds[id] ?? 0) > 0) ? undefined : 'date'),
    convert: (cell, type, seen) => unlessZero(cell, seen, `CAST(${isoDay(cell, 'compact-date', 'ymd')} AS ${type})`),
  },
  ...numberColumns,
  dateColumn('iso', 'ISO dates', ['iso-date', ...numberKinds('ymd', false)]),
  dateColumn(
    'mdy',
    'month/day/year dates',
    ['any', 'either', 'mdy'].flatMap((order) => numberKinds(order, false)),
  ),
  dateColumn(
    'dmy',
    'day/month/year dates',
    ['any', 'ends', 'either', 'dmy'].flatMap((order) => numberKinds(order, false)),
  ),
  dateColumn(
    'ymd',
    'year/month/day dates',
    ['any', 'ends', 'ymd-short'].flatMap((order) => numberKinds(order, false)),
  ),
  dateColumn('name', 'dates with the name of the month', nameKinds),
  timestampColumn('iso', 'ISO timestamps', ['iso-date', 'iso-time', 'iso-time-odd', 'basic-time', ...bothKinds('ymd')]),
  zonedColumn('iso', 'ISO timestamps with a time zone', ['iso-zone', 'iso-zone-odd', 'basic-zone', 'ymd-zone']),
  zonedColumn('mdy', 'month/day/year timestamps with a time zone', ['either-zone', 'mdy-zone']),
  zonedColumn('dmy', 'day/month/year timestamps with a time zone', ['either-zone', 'dmy-zone']),
  zonedColumn(
    'name',
    'timestamps with the name of the month and a time zone',
    nameKinds.map((id) => `${id}-zone`),
  ),
  timestampColumn(
    'mdy',
    'month/day/year timestamps',
    ['any', 'either', 'mdy'].flatMap((order) => bothKinds(order)),
  ),
  timestampColumn(
    'dmy',
    'day/month/year timestamps',
    ['any', 'ends', 'either', 'dmy'].flatMap((order) => bothKinds(order)),
  ),
  timestampColumn(
    'ymd',
    'year/month/day timestamps',
    ['any', 'ends', 'ymd-short'].flatMap((order) => bothKinds(order)),
  ),
  timestampColumn('name', 'timestamps with the name of the month', [
    ...nameKinds,
    ...nameKinds.map((id) => `${id}-time`),
    'name-oracle-time',
  ]),
  {
    id: 'time',
    label: 'times of day',
    accepts: ['time', 'time-odd'],
    type: () => 'time',
    convert: (cell, type, seen) => cast(seen.includes('time-odd') ? plainClock(cell) : cell, type),
  },
];

/**
 * Ways to read dates and times in several forms at once, for columns whose type is given: what is meant is known then, and
 * all forms but those of numbers in another order read one way only.
 */
export const givenColumnKinds: readonly ColumnKind[] = (['mdy', 'dmy'] as const).flatMap((order) => {
  const label = `dates in several forms, ${order === 'dmy' ? 'day before month' : 'month before day'}`;
  const orders = ['any', 'either', order, ...(order === 'dmy' ? ['ends'] : [])];
  const dates = [
    'iso-date',
    'compact-date',
    ...[...orders, 'ymd'].flatMap((one) => numberKinds(one, false)),
    ...nameKinds,
  ];
  const times = [
    'iso-time',
    'iso-time-odd',
    'basic-time',
    ...[...orders, 'ymd'].flatMap((one) => numberKinds(one, true)),
  ];
  const moments = [...dates, ...times, ...nameKinds.map((id) => `${id}-time`), 'name-oracle-time'];
  const zoned = ['iso-zone', 'iso-zone-odd', 'basic-zone', 'ymd-zone', 'either-zone', `${order}-zone`];
  const all = [...moments, ...zoned, ...nameKinds.map((id) => `${id}-zone`)];
  return [
    { ...dateColumn(order, label, dates), id: `${order}-given-date` },
    { ...timestampColumn(order, label, moments), id: `${order}-given-timestamp` },
    { ...zonedColumn(order, label, all), id: `${order}-given-timestamptz` },
  ];
});

/** Text takes every cell; it is what is left when nothing else fits. */
export const textKind: ColumnKind = {
  id: 'text',
  label: 'text',
  accepts: [],
  type: () => 'text',
  convert: (cell) => cell,
};

const kindsById = new Map([...columnKinds, ...givenColumnKinds, textKind].map((kind) => [kind.id, kind]));

export function columnKind(id: string): ColumnKind {
  const kind = kindsById.get(id);
  if (kind === undefined) throw new RangeError(`no column kind "${id}"`);
  return kind;
}

function bothKinds(order: string): string[] {
  return [...numberKinds(order, false), ...numberKinds(order, true)];
}

/** Words may be mixed, but NO alone may be Norway; single letters must be of one pair, and both of it must occur: a column of F alone is no boolean. */
function isBooleanMix(kinds: Readonly<Record<string, number>>): boolean {
  const has = (id: string): boolean => (kinds[id] ?? 0) > 0;
  const letters = ['letter-t', 'letter-v', 'letter-f', 'letter-y', 'letter-o', 'letter-n', 'letter-s'].filter(has);
  const words =
    ['true-word', 'false-word', 'true-two', 'false-two'].some(has) ||
    (has('true-code') && has('false-code')) ||
    (has('true-switch') && has('false-switch'));
  return letters.length === 0 ? words : letterPairs.has(letters.join(' '));
}

/** True and false, wahr and falsch, vrai and faux, yes and no, ja and nein, oui and non by their first letters. */
const letterPairs: ReadonlySet<string> = new Set([
  'letter-t letter-f',
  'letter-v letter-f',
  'letter-y letter-n',
  'letter-o letter-n',
]);

function dateColumn(order: string, label: string, dates: readonly string[]): ColumnKind {
  const accepts = [...dates, ...dates.map((id) => `${id}-midnight`).filter((id) => midnights.has(id)), 'zero-date'];
  return {
    id: `${order}-date`,
    label,
    accepts,
    type: () => 'date',
    convert: (cell, type, seen) => byKind(cell, seen, accepts, (id) => `CAST(${isoDay(cell, id, order)} AS ${type})`),
  };
}

function timestampColumn(order: string, label: string, moments: readonly string[]): ColumnKind {
  const accepts = [...moments, 'zero-date'];
  return {
    id: `${order}-timestamp`,
    label,
    accepts,
    type: () => 'timestamp',
    convert: (cell, type, seen) => byKind(cell, seen, accepts, (id) => `CAST(${isoDay(cell, id, order)} AS ${type})`),
  };
}

function zonedColumn(order: string, label: string, moments: readonly string[]): ColumnKind {
  return { ...timestampColumn(order, label, moments), id: `${order}-timestamptz`, type: () => 'timestamptz' };
}

/** One conversion when one kind occurs; otherwise each cell by the kind that it is of. */
function byKind(
  cell: string,
  seen: readonly string[],
  accepts: readonly string[],
  convert: (id: string) => string,
): string {
  const living = accepts.filter((id) => seen.includes(id) && !zeroDateKinds.includes(id));
  const conversions = living.map((id) => convert(id));
  if (new Set(conversions).size <= 1) return unlessZero(cell, seen, conversions[0] ?? convert(accepts[0]!));
  const whens = living.slice(0, -1).map((id, at) => `WHEN ${matchSql(cell, id)} THEN ${conversions[at]!}`);
  return unlessZero(cell, seen, `CASE ${whens.join(' ')} ELSE ${conversions.at(-1)!} END`);
}

/** NULL for a zero date, where some occur. */
function unlessZero(cell: string, seen: readonly string[], value: string): string {
  const zeros = seen.filter((id) => zeroDateKinds.includes(id));
  return zeros.length === 0
    ? value
    : `CASE WHEN ${zeros.map((id) => matchSql(cell, id)).join(' OR ')} THEN NULL ELSE ${value} END`;
}

/** SQL: is the cell, known not to be NULL, of this pattern? */
export function matchSql(cell: string, id: string): string {
  const kind = cellKind(id);
  return `${cell} ${kind.ignoreCase === true ? '~*' : '~'} '${fullPattern(kind).replaceAll("'", "''")}'`;
}

/** SQL text of an ISO date (and the time after it, if any) from a cell of the given kind. */
export function isoDay(cell: string, id: string, order: string): string {
  if (id.endsWith('-midnight'))
    return isoDay(`regexp_replace(${cell},'${MIDNIGHT}[ \\t]*$','')`, id.slice(0, -'-midnight'.length), order);
  const kind = cellKind(id);
  const [, separator, time] = /^(?:any|ends|either|dmy|mdy|ymd-short)-(slash|dot|dash|zone)(-time)?$/.exec(id) ?? [];
  if (separator !== undefined) return isoNumberDay(cell, separator, order, time !== undefined || separator === 'zone');
  if (id === 'iso-date' || id === 'iso-time') return cell;
  if (id === 'iso-zone') return cell;
  if (id === 'iso-time-odd' || id === 'iso-zone-odd') return inMicroseconds(`replace(${cell},',','.')`);
  if (id === 'basic-time' || id === 'basic-zone') return inMicroseconds(`replace(${basicDay(cell)},',','.')`);
  if (id === 'ymd-zone') return plainClock(withIsoDay(cell));
  if (id === 'compact-date') return `regexp_replace(${cell},'^[ \\t]*([0-9]{4})([0-9]{2})([0-9]{2})','\\1-\\2-\\3')`;
  if (id.startsWith('ymd-')) {
    const day = withIsoDay(cell);
    return kind.hasTime === true ? plainClock(day) : day;
  }
  const shape = kind.date!;
  const flag = kind.ignoreCase === true ? ",'i'" : '';
  const pattern = `^[ \\t]*(?:${kind.pattern})[ \\t]*$`.replaceAll("'", "''");
  const part = (group: number): string => `regexp_replace(${cell},'${pattern}','\\${group}'${flag})`;
  const yearText = part(shape.year);
  const year = `CASE WHEN length(${yearText})=4 THEN ${yearText} WHEN ${yearText}<'70' THEN '20'||${yearText} ELSE '19'||${yearText} END`;
  const monthIsName = kind.date?.monthIsName === true;
  const month = monthIsName ? monthNumberSql(part(shape.month)) : part(shape.month);
  const day = `${year}||'-'||${month}||'-'||${part(shape.day)}`;
  if (kind.hasTime !== true) return day;
  const clock =
    id === 'name-oracle-time'
      ? `replace(regexp_replace(${cell},'^[ \\t]*[^ ]+ ([0-9]+)[.]([0-9]+)[.]([0-9]+)(.*?)[ \\t]*$','\\1:\\2:\\3\\4'),',','.')`
      : `regexp_replace(${cell},'^.*?,?[ Tt]+([0-9]+:.*?)[ \\t]*$','\\1')`;
  return plainClock(`${day}||' '||${clock}`);
}

/** The same of a date of three numbers, a year of two digits being completed on the way. One expression for each length of the year. */
function isoNumberDay(cell: string, separator: string, order: string, hasTime: boolean): string {
  const between = { slash: '/', dot: '[.]', dash: '-', zone: '[/.-]' }[separator]!;
  // Where year, month and day are.
  const [y, m, d] = { dmy: [3, 2, 1], mdy: [3, 1, 2], ymd: [1, 2, 3] }[order]!;
  const replace = (text: string, year: string, century: string): string => {
    const after = hasTime ? ',?[ T]+' : '[ \\t]*$';
    const parts = [1, 2, 3].map((at) => `(${at === y ? year : '[0-9]{1,2}'})`);
    return `regexp_replace(${text},'^[ \\t]*${parts.join(between)}${after}','${century}\\${y}-\\${m}-\\${d}${hasTime ? ' ' : ''}')`;
  };
  const iso = replace(replace(replace(cell, '[0-9]{4}', ''), '[7-9][0-9]', '19'), '[0-6][0-9]', '20');
  return hasTime ? plainClock(iso) : iso;
}

/** The same of a date of numbers with the year first. */
function withIsoDay(cell: string): string {
  return `regexp_replace(${cell},'^[ \\t]*([0-9]{4})[/.-]([0-9]+)[/.-]([0-9]+)','\\1-\\2-\\3')`;
}

/** 20240131T134500 with marks between; seconds may be absent. */
function basicDay(cell: string): string {
  const minutes = '^[ \\t]*([0-9]{4})([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})';
  const iso = '\\1-\\2-\\3 \\4:\\5';
  return `regexp_replace(regexp_replace(${cell},'${minutes}([0-9]{2})','${iso}:\\6'),'${minutes}','${iso}')`;
}

/** `1:02 p. m.` as the engine takes it: p.m., and no blanks of other kinds before. */
function plainClock(text: string): string {
  const blanks = `replace(replace(${inMicroseconds(text)},'\u00A0',' '),'\u202F',' ')`;
  return `replace(replace(${blanks},'. m','.m'),'. M','.M')`;
}

/** Cuts what is finer: the engine would round it, and fails where a second has no room left. */
function inMicroseconds(text: string): string {
  return `regexp_replace(${text},'([.][0-9]{6})[0-9]+','\\1')`;
}
