import type { ColumnCounts } from './column-counts.ts';
import type { ColumnKind } from './column-kinds.ts';
import { commaCurrencies, commaKinds, dotKinds, type Point } from './number-kinds.ts';

/** Which of day and month comes first. */
export type DateOrder = 'dmy' | 'mdy';

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

function provenOrder({ kind, kindsSeen }: WitnessColumn): DateOrder | undefined {
  const order = orderOf(kind);
  return order !== undefined && kindsSeen.some((id) => id.startsWith(`${order}-`)) ? order : undefined;
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
  return order === 'mdy' || order === 'dmy' ? order : undefined;
}

const isEitherOrder = (id: string): boolean => id.startsWith('either-');
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
function assumedOrder(counts: ColumnCounts, { delimiter, file = {} }: LocaleOptions): DateOrder {
  const dots = countOf(counts, (id) => /^either-dot(?:-time|-midnight)?$/.test(id));
  const isDotted = dots > countOf(counts, isEitherOrder) - dots;
  const { dateOrder, point } = file;
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

/** What is to be told of a column whose values read two ways: that it was settled, for the reason, or a warning. */
export function ambiguityOf(
  kind: ColumnKind,
  kindsSeen: readonly string[],
  options: LocaleOptions,
): { readonly settled?: string; readonly warning?: string } {
  const order = orderOf(kind);
  if (order !== undefined) return kindsSeen.some(isEitherOrder) ? orderAmbiguity(kind, order, kindsSeen, options) : {};
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
  if (kindsSeen.some((id) => id.startsWith(`${order}-`))) return {};
  const known = own.dateOrder === undefined ? file.dateOrder : stated(own.dateOrder);
  const words = order === 'dmy' ? 'day before month' : 'month before day';
  if (known?.value === order) return { settled: `${words}, ${known.why}` };
  return {
    warning: `every value fits day/month and month/day alike; ${kind.label} are assumed: state the order (--date-order dmy or mdy) to be sure`,
  };
}
