import type { SqlType } from '../sql-type.ts';
import { scaledDecimal, scaledNumber } from './parse-decimal.ts';
import {
  DAY_US,
  dayOf,
  type Interval,
  microsecondsOf,
  parseDate,
  parseInterval,
  parseTime,
  parseTimestamp,
} from './parse-temporal.ts';
import { type RowBuffer, writeBigInt128, writeBigInt64, writeBytes, writeInt64, writeText } from './row-buffer.ts';

/**
 * What a column takes: boolean for bool; number or bigint for whole numbers; decimal text, number or bigint for numeric, if it fits
 * exactly; number for double and real; string for text, char, varchar, json (its text) and geography (WKT); Uint8Array for bytes;
 * ISO text or Date (its UTC day and time) for date, timestamp and timestamptz; ISO text for time; ISO 8601 or its parts for interval.
 */
export type InsertValue = boolean | number | bigint | string | Uint8Array | Date | Interval | null | undefined;

/** Writes one value that is not NULL; returns why it can't, in words that don't repeat the value. */
export type ValueWriter = (out: RowBuffer, value: NonNullable<InsertValue>) => string | undefined;

/** Bytes of a type's value in HyperBinary; those of texts come on top of 4 for the length. */
export function fixedBytes(type: SqlType): number {
  switch (type.tag) {
    case 'bool':
      return 1;
    case 'smallint':
      return 2;
    case 'bigint':
    case 'double':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 8;
    case 'numeric':
      return (type.precision ?? 0) > 18 ? 16 : 8;
    case 'interval':
      return 16;
    default:
      return 4;
  }
}

/** The writer of a type. `spare`: bytes that the rest of the row may need. */
export function valueWriter(type: SqlType, spare: number): ValueWriter {
  switch (type.tag) {
    case 'bool':
      return (out, value) => {
        if (typeof value !== 'boolean') return 'is no boolean';
        out.bytes[out.offset] = value ? 1 : 0;
        out.offset += 1;
        return undefined;
      };
    case 'smallint':
      return wholeNumber(-32_768, 32_767, 2);
    case 'int':
      return wholeNumber(-2_147_483_648, 2_147_483_647, 4);
    case 'oid':
      return wholeNumber(0, 4_294_967_295, 4);
    case 'bigint':
      return writeBigInt;
    case 'numeric':
      return numericWriter(type.precision ?? 18, type.scale ?? 0);
    case 'double':
      return (out, value) => {
        if (typeof value !== 'number') return 'is no number';
        out.view.setFloat64(out.offset, value, true);
        out.offset += 8;
        return undefined;
      };
    case 'real':
      return (out, value) => {
        if (typeof value !== 'number') return 'is no number';
        if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) return 'is out of range';
        out.view.setFloat32(out.offset, value, true);
        out.offset += 4;
        return undefined;
      };
    case 'bytes':
      return (out, value) => {
        if (!(value instanceof Uint8Array)) return 'is no Uint8Array';
        writeBytes(out, value, spare);
        return undefined;
      };
    case 'date':
      return writeDate;
    case 'time':
      return (out, value) => {
        const us = typeof value === 'string' ? parseTime(value) : undefined;
        if (us === undefined) return 'is no time like 23:59:59.999999';
        writeInt64(out, us);
        return undefined;
      };
    case 'timestamp':
      return (out, value) => writeTimestamp(out, value, false);
    case 'timestamptz':
      return (out, value) => writeTimestamp(out, value, true);
    case 'interval':
      return writeInterval;
    default:
      return textWriter(type.maxLength, spare);
  }
}

function wholeNumber(min: number, max: number, size: 2 | 4): ValueWriter {
  return (out, value) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) return 'is no whole number';
    if (number < min || number > max) return 'is out of range';
    if (size === 2) out.view.setInt16(out.offset, number, true);
    else out.view.setUint32(out.offset, number, true);
    out.offset += size;
    return undefined;
  };
}

const writeBigInt: ValueWriter = (out, value) => {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      return Number.isInteger(value) ? 'is beyond 2^53: give a bigint' : 'is no whole number';
    writeInt64(out, value);
    return undefined;
  }
  if (typeof value !== 'bigint') return 'is no whole number';
  if (BigInt.asIntN(64, value) !== value) return 'is out of range';
  writeBigInt64(out, value);
  return undefined;
};

function numericWriter(precision: number, scale: number): ValueWriter {
  const limit = 10n ** BigInt(precision);
  const numberLimit = Number(limit);
  const write = precision > 18 ? writeBigInt128 : writeBigInt64;
  return (out, value) => {
    let scaled: number | bigint | undefined;
    if (typeof value === 'string') scaled = scaledDecimal(value, scale);
    else if (typeof value === 'number') scaled = scaledNumber(value, scale);
    else if (typeof value === 'bigint') scaled = value * 10n ** BigInt(scale);
    else return 'is no decimal';
    if (scaled === undefined) return `is no decimal with at most ${scale} digits behind the point`;
    if (typeof scaled === 'number') {
      if (scaled >= numberLimit || scaled <= -numberLimit) return 'is out of range';
      if (precision <= 18) writeInt64(out, scaled);
      else writeBigInt128(out, BigInt(scaled));
      return undefined;
    }
    if (scaled >= limit || scaled <= -limit) return 'is out of range';
    write(out, scaled);
    return undefined;
  };
}

function textWriter(maxLength: number | undefined, spare: number): ValueWriter {
  return (out, value) => {
    if (typeof value !== 'string') return 'is no string';
    if (maxLength !== undefined && value.length > maxLength && characterCount(value) > maxLength) {
      return `is longer than ${maxLength} characters`;
    }
    const start = out.offset;
    writeText(out, value, spare);
    // Half a surrogate pair would be stored as U+FFFD. ASCII, the usual case, has as many bytes as characters.
    if (out.offset - start - 4 !== value.length && /\p{Surrogate}/u.test(value)) {
      return 'has half a surrogate pair, which UTF-8 cannot say';
    }
    return undefined;
  };
}

function characterCount(text: string): number {
  let count = 0;
  for (const character of text) count += character === '' ? 0 : 1;
  return count;
}

const writeDate: ValueWriter = (out, value) => {
  let day: number | undefined;
  if (typeof value === 'string') day = parseDate(value);
  else if (value instanceof Date) day = dayOf(value);
  if (day === undefined) return 'is no date like 2024-12-31';
  out.view.setInt32(out.offset, day, true);
  out.offset += 4;
  return undefined;
};

function writeTimestamp(out: RowBuffer, value: NonNullable<InsertValue>, zoned: boolean): string | undefined {
  if (typeof value === 'string') {
    const at = parseTimestamp(value, zoned);
    if (at !== undefined) return writeDayTime(out, at.day, at.us);
  } else if (value instanceof Date) {
    const day = dayOf(value);
    if (day !== undefined) return writeDayTime(out, day, microsecondsOf(value, day));
  }
  return `is no timestamp like 2024-12-31 23:59:59.999999${zoned ? '+01:00' : ''}`;
}

function writeDayTime(out: RowBuffer, day: number, us: number): undefined {
  const { view, offset } = out;
  if (day < 10_000_000) {
    // day * DAY_US exceeds 2^53; DAY_US is 20 * 2^32 + 500,654,080.
    const low = day * 500_654_080 + us;
    view.setUint32(offset, low, true);
    view.setUint32(offset + 4, day * 20 + Math.floor(low * 2 ** -32), true);
  } else {
    view.setBigUint64(offset, BigInt(day) * BigInt(DAY_US) + BigInt(us), true);
  }
  out.offset = offset + 8;
}

const writeInterval: ValueWriter = (out, value) => {
  let interval: Interval | undefined;
  if (typeof value === 'string') interval = parseInterval(value);
  else if (typeof value === 'object' && 'months' in value) interval = value;
  if (interval === undefined) return 'is no interval like P1Y2M3DT4H5.000001S';
  const { months, days, microseconds } = interval;
  if (!isInt32(months) || !isInt32(days) || !Number.isSafeInteger(microseconds)) return 'is out of range';
  writeInt64(out, microseconds);
  out.view.setInt32(out.offset, days, true);
  out.view.setInt32(out.offset + 4, months, true);
  out.offset += 8;
  return undefined;
};

function isInt32(value: number): boolean {
  return (value | 0) === value;
}
