import type { ColumnCounts } from './column-counts.ts';
import type { ColumnKind } from './column-kinds.ts';
import { commaCurrencies, commaKinds, dotKinds, type Point } from './number-kinds.ts';

/** Which of day, month and year comes first. Of the year, it is only a question where it has two digits. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** How dates and numbers that read two ways are to be read, where the spec says so. */
export interface GivenLocale {
  readonly dateOrder?: DateOrder;
  readonly point?: Point;
}

/** One way of reading, and how that is known: `as stated`, or `as in "price"`. */
export interface Settled<Value> {
  readonly value: Value;
  readonly why: string;
  /** The spec says so. */
  readonly isStated: boolean;
}

/** What a file says of its dates and numbers: columns that read one way only speak for the others. */
export interface FileLocale {
  readonly dateOrder?: Settled<DateOrder>;
  readonly point?: Settled<Point>;
  /** Some columns can only have decimal points, others only decimal commas. */
  readonly hasBothPoints?: boolean;
}

/** A column as it would be read by itself. */
export interface WitnessColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly kindsSeen: readonly string[];
}

/** What columns that can only be read one way prove, unless the spec says it. Proofs against each other prove nothing. */
export function fileLocale(columns: readonly WitnessColumn[], given: GivenLocale): FileLocale {
  const orders = new Map<DateOrder, string>();
  const points = new Map<Point, string>();
  for (const column of columns) {
    const order = provenOrder(column);
    const point = provenPoint(column);
    if (order !== undefined && !orders.has(order)) orders.set(order, column.name);
    if (point !== undefined && !points.has(point)) points.set(point, column.name);
  }
  const dateOrder = settle(given.dateOrder, orders);
  const point = settle(given.point, points);
  return {
    ...(dateOrder === undefined ? {} : { dateOrder }),
    ...(point === undefined ? {} : { point }),
    hasBothPoints: points.size > 1,
  };
}

function settle<Value>(given: Value | undefined, proved: ReadonlyMap<Value, string>): Settled<Value> | undefined {
  if (given !== undefined) return stated(given);
  const [first, ...others] = proved;
  if (first === undefined || others.length > 0) return undefined;
  return { value: first[0], why: `as in "${first[1]}"`, isStated: false };
}

const stated = <Value>(value: Value): Settled<Value> => ({ value, why: 'as stated', isStated: true });

/** Years of two digits in front say nothing of dates with the year behind. */
function provenOrder({ kind, kindsSeen }: WitnessColumn): DateOrder | undefined {
  const order = orderOf(kind);
  if (order === undefined || order === 'ymd') return undefined;
  const other = order === 'dmy' ? 'mdy' : 'dmy';
  return kindsSeen.some((id) => ordersOf(id)?.includes(order) && !ordersOf(id)!.includes(other)) ? order : undefined;
}

function provenPoint({ kind, kindsSeen }: WitnessColumn): Point | undefined {
  return kind.point !== undefined && kindsSeen.some((id) => isOnly(id, kind.point!)) ? kind.point : undefined;
}

/** Can cells of the kind be numbers with this decimal point only? */
function isOnly(id: string, point: Point): boolean {
  return point === 'dot' ? dotKinds.has(id) && !commaKinds.has(id) : commaKinds.has(id) && !dotKinds.has(id);
}

/** The order in which a kind of column has day and month; undefined where the year is first, or a name tells. */
export function orderOf({ id }: ColumnKind): DateOrder | undefined {
  const order = id.slice(0, 3);
  return order === 'mdy' || order === 'dmy' || order === 'ymd' ? order : undefined;
}

const ORDERS: Readonly<Record<string, readonly DateOrder[]>> = {
  any: ['dmy', 'mdy', 'ymd'],
  either: ['dmy', 'mdy'],
  ends: ['dmy', 'ymd'],
  dmy: ['dmy'],
  mdy: ['mdy'],
  'ymd-short': ['ymd'],
};

/** Orders in which a kind of date reads; undefined where that is no question. */
function ordersOf(id: string): readonly DateOrder[] | undefined {
  const prefix = /^(?:any|either|ends|dmy|mdy|ymd-short)(?=-)/.exec(id)?.[0];
  return prefix === undefined ? undefined : ORDERS[prefix];
}

const isOpenOrder = (id: string): boolean => (ordersOf(id)?.length ?? 0) > 1;
/** 1.234 or 1,234, also as an amount, a percentage, or in brackets. */
const isEitherPoint = (id: string): boolean => /^(?:dot|comma)-3/.test(id);

const countOf = ({ kinds }: ColumnCounts, isOne: (id: string) => boolean): number =>
  Object.entries(kinds).reduce((sum, [id, count]) => (isOne(id) ? sum + count : sum), 0);

/** What is known when a column is to be read. */
export interface LocaleOptions {
  /** Of the source: where it is a semicolon, 1,234 rather is little more than one. */
  readonly delimiter?: string | undefined;
  /** What the spec says of this column: nothing else fits it then. */
  readonly own?: GivenLocale | undefined;
  readonly file?: FileLocale | undefined;
  /** See `ColumnCounts`. */
  readonly looksYearFirst?: boolean | undefined;
}

/** Ways to read a column in the order of preference: of those that take as many values, the first is chosen. */
export function preferredKinds(
  counts: ColumnCounts,
  options: LocaleOptions,
  all: readonly ColumnKind[],
): readonly ColumnKind[] {
  const { own = {}, file = {} } = options;
  const isAllowed = (kind: ColumnKind): boolean =>
    (own.dateOrder === undefined || (orderOf(kind) ?? own.dateOrder) === own.dateOrder) &&
    (own.point === undefined || (kind.point ?? own.point) === own.point);
  const order = own.dateOrder ?? assumedOrder(counts, options);
  const settled = own.point ?? file.point?.value;
  const hasCommas = settled === undefined ? assumesCommas(counts, options) : settled === 'comma';
  const rank = (kind: ColumnKind): number => {
    if (kind.id === 'compact-date' || kind.id === 'integer') return 0;
    // Decimals of three digits are usual: what is written like 1.234 has its point for granted, unless the file proves otherwise.
    if (kind.id === 'decimal') return settled === 'comma' ? 3 : 1;
    if (kind.point === 'comma') return hasCommas ? 2 : 4;
    return orderOf(kind) === order ? 2 : 3;
  };
  const ranked = all.filter(isAllowed).map((kind, at) => ({ kind, at, rank: rank(kind) }));
  return ranked.toSorted((a, b) => a.rank - b.rank || a.at - b.at).map(({ kind }) => kind);
}

/** Dots speak for day first, and so does what speaks for decimal commas; all else for month first. */
function assumedOrder(counts: ColumnCounts, { delimiter, file = {}, looksYearFirst }: LocaleOptions): DateOrder {
  const dots = countOf(counts, (id) => isOpenOrder(id) && /-dot(?:-time|-midnight)?$/.test(id));
  const isDotted = dots > countOf(counts, isOpenOrder) - dots;
  const { dateOrder, point } = file;
  const mayBeYearFirst = Object.keys(counts.kinds).every((id) => ordersOf(id)?.includes('ymd') ?? true);
  if (looksYearFirst === true && mayBeYearFirst && dateOrder?.isStated !== true) return 'ymd';
  if (dateOrder !== undefined && (!isDotted || dateOrder.isStated)) return dateOrder.value;
  if (isDotted) return 'dmy';
  return (point === undefined ? delimiter === ';' : point.value === 'comma') ? 'dmy' : 'mdy';
}

/** A file that keeps the comma free speaks for a decimal comma. Amounts hardly have three decimals where the point groups. */
function assumesCommas({ kinds }: ColumnCounts, { delimiter }: LocaleOptions): boolean {
  if (delimiter === ';') return true;
  const groups = Object.keys(kinds);
  return (
    commaCurrencies.some((currency) => groups.includes(`dot-3-money-${currency}`)) &&
    !groups.some((id) => id.startsWith('comma-3-money'))
  );
}

/** Ways in which a kind of cells reads, where there is more than one: orders of dates, or decimal points. */
function readingsOf(id: string): readonly (DateOrder | Point)[] {
  const points = (['dot', 'comma'] as const).filter((point) => (point === 'dot' ? dotKinds : commaKinds).has(id));
  return ordersOf(id) ?? points;
}

/** Is a cell of this kind a proof that the column must be read otherwise? */
export function isAgainst(id: string, kind: ColumnKind): boolean {
  const reading = orderOf(kind) ?? kind.point;
  const readings = readingsOf(id);
  const isDate = ordersOf(id) !== undefined;
  return (
    reading !== undefined &&
    readings.length > 0 &&
    isDate === (orderOf(kind) !== undefined) &&
    !readings.includes(reading)
  );
}

/** Do some of the kinds read as the column is read, and as a cell that is against it as well? */
export function areOpen(kindsSeen: readonly string[], against: readonly string[]): boolean {
  const others = new Set(against.flatMap(readingsOf));
  return kindsSeen.some((id) => readingsOf(id).some((reading) => others.has(reading)));
}

/** So many times more proofs than others settle how a column is read. */
const CLEAR_MAJORITY = 10;

/** What proves of a column that it must be read as it is read, and otherwise. */
export interface Contradiction {
  /** Values that can only be read otherwise. */
  readonly against: number;
  /** Values that read both ways, while the proofs are not clearly for one. */
  readonly isUndecided: boolean;
  readonly warning: string;
}

/** Whether values of a column contradict each other in how they must be read. */
export function contradictionOf(
  kind: ColumnKind,
  counts: ColumnCounts,
  { own = {}, file = {} }: LocaleOptions,
): Contradiction | undefined {
  const ids = Object.keys(counts.kinds).filter((id) => counts.kinds[id]! > 0);
  const others = ids.filter((id) => isAgainst(id, kind));
  if (others.length === 0) return undefined;
  const against = countOf(counts, (id) => others.includes(id));
  const isFor = (id: string): boolean =>
    kind.accepts.includes(id) && readingsOf(id).length > 0 && !areOpen([id], others);
  const order = orderOf(kind);
  const known = order === undefined ? (own.point ?? file.point?.value) : (own.dateOrder ?? file.dateOrder?.value);
  const isKnown = known === (order ?? kind.point);
  const isOpen = areOpen(
    ids.filter((id) => kind.accepts.includes(id)),
    others,
  );
  const what = order === undefined ? 'have another decimal point' : 'have day, month and year in another order';
  const option = order === undefined ? '--decimal' : '--date-order';
  return {
    against,
    isUndecided: isOpen && !isKnown && countOf(counts, isFor) < CLEAR_MAJORITY * against,
    warning: `some values can only ${what} than ${kind.label}: they don't fit${isOpen ? `, and others may be meant so, too (${option})` : ''}`,
  };
}

/** What is to be told of a column whose values read two ways: that it was settled, for the reason, or a warning. */
export function ambiguityOf(
  kind: ColumnKind,
  kindsSeen: readonly string[],
  options: LocaleOptions,
): { readonly settled?: string; readonly warning?: string } {
  const order = orderOf(kind);
  if (order !== undefined) return orderAmbiguity(kind, order, kindsSeen, options);
  const { point } = kind;
  if (point === undefined || !kindsSeen.some(isEitherPoint) || kindsSeen.some((id) => isOnly(id, point))) return {};
  const { own = {}, file = {}, delimiter } = options;
  const known = own.point === undefined ? file.point : stated(own.point);
  if (known?.value === point) return { settled: `with a decimal ${point === 'dot' ? 'point' : 'comma'}, ${known.why}` };
  const advice = 'state the decimal point (--decimal) to be sure';
  if (kindsSeen.some((id) => id.startsWith('comma-3')))
    return { warning: `1,234 may be a thousand or little more than one; ${kind.label} are assumed: ${advice}` };
  // Between commas, numbers with a decimal comma would need quotes.
  const isUsual = (delimiter ?? ',') === ',' && file.hasBothPoints !== true && point === 'dot';
  if (isUsual && !kindsSeen.some((id) => id.startsWith('dot-3-money'))) return {};
  const assumed = point === 'dot' ? 'little more than one' : 'a thousand';
  const text = `every number is written like 1.234, which may be a thousand; ${assumed} is assumed: ${advice}`;
  return { warning: text };
}

function orderAmbiguity(
  kind: ColumnKind,
  order: DateOrder,
  kindsSeen: readonly string[],
  { own = {}, file = {} }: LocaleOptions,
): { readonly settled?: string; readonly warning?: string } {
  const fitting = kindsSeen.reduce<readonly DateOrder[]>(
    (orders, id) => orders.filter((one) => ordersOf(id)?.includes(one) ?? true),
    ORDERS['any']!,
  );
  if (fitting.length < 2 || !kindsSeen.some(isOpenOrder)) return {};
  const known = own.dateOrder === undefined ? file.dateOrder : stated(own.dateOrder);
  // Other columns prove whether day or month comes first, and nothing of years of two digits.
  if (known?.value === order && (known.isStated || !fitting.includes('ymd')))
    return { settled: `${SETTLED[order]}, ${known.why}` };
  const names = fitting.map((one) => (fitting.includes('ymd') ? LONG_NAMES : NAMES)[one]);
  return {
    warning: `every value fits ${names.join(' and ')} alike; ${kind.label} are assumed: state the order (--date-order ${fitting.join(' or ')}) to be sure`,
  };
}

const SETTLED: Readonly<Record<DateOrder, string>> = {
  dmy: 'day before month',
  mdy: 'month before day',
  ymd: 'year before month',
};
const NAMES: Readonly<Record<DateOrder, string>> = { dmy: 'day/month', mdy: 'month/day', ymd: 'year/month' };
const LONG_NAMES: Readonly<Record<DateOrder, string>> = {
  dmy: 'day/month/year',
  mdy: 'month/day/year',
  ymd: 'year/month/day',
};
