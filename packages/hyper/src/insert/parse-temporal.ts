// Dates and times as the engine stores them. Its calendar is the proleptic Gregorian one, from 4713-01-01 BC to
// 294276-12-31; days are Julian days.

/** Julian day of 1970-01-01. */
export const JULIAN_DAY_OF_1970 = 2_440_588;
/** Julian day of 4713-01-01 BC, the engine's first. */
export const FIRST_JULIAN_DAY = 38;
/** Julian day of 294276-12-31, the engine's last. */
export const LAST_JULIAN_DAY = 109_203_527;
/** Microseconds of a day. */
export const DAY_US = 86_400_000_000;

/** A point in time: Julian day and microseconds in it. */
export interface DayTime {
  readonly day: number;
  readonly us: number;
}

/** An interval; the three parts are kept apart because months and days differ in length. */
export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly microseconds: number;
}

/** Julian day of a `YYYY-MM-DD`, also with more digits in the year or ` BC` behind; undefined for anything else. */
export function parseDate(text: string): number | undefined {
  if (text.length === 10) {
    const year = digits(text, 0, 4);
    const month = digits(text, 5, 2);
    const day = digits(text, 8, 2);
    if (text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45 && year >= 1) return julianDay(year, month, day);
  }
  const match = /^(\d{4,6})-(\d\d)-(\d\d)( BC)?$/.exec(text);
  if (match === null) return undefined;
  const year = Number(match[1]);
  // There is no year 0: 1 BC is the year before 1.
  return year === 0
    ? undefined
    : julianDay(match[4] === undefined ? year : 1 - year, Number(match[2]), Number(match[3]));
}

/** Microseconds of a `HH:MM[:SS[.ffffff]]`, up to 24:00:00; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  if (match === null) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (minute > 59 || second > 59) return undefined;
  const us = ((hour * 60 + minute) * 60 + second) * 1_000_000 + Number((match[4] ?? '').padEnd(6, '0'));
  return us <= DAY_US ? us : undefined;
}

/**
 * A date, a blank or `T`, a time; with `zoned` also `Z` or an offset, by which the result is in UTC, while without it such a text
 * is undefined rather than losing its offset.
 */
export function parseTimestamp(text: string, zoned: boolean): DayTime | undefined {
  return commonTimestamp(text) ?? anyTimestamp(text, zoned);
}

// `YYYY-MM-DD HH:MM:SS` with or without a fraction, without the cost of an expression and its groups.
function commonTimestamp(text: string): DayTime | undefined {
  const { length } = text;
  const between = text.charCodeAt(10);
  if (length < 19 || length > 26 || length === 20 || (between !== 32 && between !== 84)) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58 || (length > 20 && text.charCodeAt(19) !== 46))
    return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = digits(text, 0, 4);
  const day = year >= 1 ? julianDay(year, digits(text, 5, 2), digits(text, 8, 2)) : undefined;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  let fraction = length > 20 ? digits(text, 20, length - 20) : 0;
  for (let index = length; index > 20 && index < 26; index += 1) fraction *= 10;
  const isTime = hour < 24 && minute < 60 && second < 60 && fraction >= 0;
  return day !== undefined && isTime
    ? { day, us: ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction }
    : undefined;
}

function anyTimestamp(text: string, zoned: boolean): DayTime | undefined {
  const match = /^(\d{4,6}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?( BC)?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, date = '', time = '00:00', offset, era = ''] = match;
  const day = parseDate(date + era);
  const us = parseTime(time);
  if (day === undefined || us === undefined || (offset !== undefined && !zoned)) return undefined;
  const offsetUs = offset === undefined || offset === 'Z' ? 0 : parseOffset(offset);
  return offsetUs === undefined ? undefined : dayTime(day, us - offsetUs);
}

/** Julian day of a JavaScript Date in UTC; undefined for what is none, or beyond the engine's calendar. */
export function dayOf(date: Date): number | undefined {
  const day = Math.floor(date.getTime() / 86_400_000) + JULIAN_DAY_OF_1970;
  // Said this way round, so that NaN fails.
  return day >= FIRST_JULIAN_DAY && day <= LAST_JULIAN_DAY ? day : undefined;
}

/** Microseconds of a Date in its day, to the millisecond. */
export function microsecondsOf(date: Date, day: number): number {
  return (date.getTime() - (day - JULIAN_DAY_OF_1970) * 86_400_000) * 1000;
}

/** An ISO 8601 duration, each part with a sign of its own if need be: `P-1Y2M3DT-4H5.000001S`; undefined for anything else. */
export function parseInterval(text: string): Interval | undefined {
  const number = String.raw`(-?\d+)`;
  const shape = `^(-)?P(?:${number}Y)?(?:${number}M)?(?:${number}W)?(?:${number}D)?(T(?:${number}H)?(?:${number}M)?(?:(-?)(\\d+)(?:\\.(\\d{1,6}))?S)?)?$`;
  const match = new RegExp(shape).exec(text);
  if (match === null || /[PT]$/.test(text)) return undefined;
  const [, negative, years, months, weeks, days, , hours, minutes, minus, seconds, fraction] = match;
  const sign = negative === undefined ? 1 : -1;
  const secondsUs = Number(seconds ?? 0) * 1e6 + Number((fraction ?? '').padEnd(6, '0'));
  const interval = {
    months: sign * (Number(years ?? 0) * 12 + Number(months ?? 0)),
    days: sign * (Number(weeks ?? 0) * 7 + Number(days ?? 0)),
    microseconds:
      sign * (Number(hours ?? 0) * 3.6e9 + Number(minutes ?? 0) * 6e7 + (minus === '-' ? -secondsUs : secondsUs)),
  };
  return Object.values(interval).every((part) => Number.isSafeInteger(part)) ? interval : undefined;
}

function dayTime(day: number, us: number): DayTime | undefined {
  const carry = Math.floor(us / DAY_US);
  const result = { day: day + carry, us: us - carry * DAY_US };
  return result.day < FIRST_JULIAN_DAY || result.day > LAST_JULIAN_DAY ? undefined : result;
}

function parseOffset(text: string): number | undefined {
  const minutes = Number(text.slice(1, 3)) * 60 + (text.length > 3 ? Number(text.slice(-2)) : 0);
  if (minutes > 16 * 60) return undefined;
  return (text.startsWith('-') ? -minutes : minutes) * 60_000_000;
}

// The text's own number is the only thing that is checked, so that 2023-02-30 is no date.
function julianDay(year: number, month: number, day: number): number | undefined {
  // Said this way round, so that NaN fails.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  // Days since the first of a March, as in https://howardhinnant.github.io/date_algorithms.html#days_from_civil
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const result = era * 146_097 + dayOfEra - 719_468 + JULIAN_DAY_OF_1970;
  return result < FIRST_JULIAN_DAY || result > LAST_JULIAN_DAY ? undefined : result;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// NaN when one of them is no digit; NaN fails every comparison.
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let index = from; index < from + count; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
