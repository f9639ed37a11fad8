import { SqlType } from '../sql-type.ts';
import type { WireField } from './wire.ts';

/**
 * A value read back: bigint as bigint, numeric as its exact text, dates, times and intervals as the engine's ISO text (never a
 * Date: it has neither microseconds nor years before Christ, and a local time zone instead), bytes as Buffer, json as its text.
 */
export type Value = boolean | number | bigint | string | Buffer | null;

/** A result column. */
export interface Column {
  readonly name: string;
  readonly type: SqlType;
}

type Decode = (text: string) => Value;

const asText: Decode = (text) => text;
const asBytes: Decode = (text) => Buffer.from(text.startsWith('\\x') ? text.slice(2) : text, 'hex');

// Object identifiers of PostgreSQL's types, and from 5000 on the engine's own.
const typesByOid: ReadonlyMap<number, readonly [(typmod: number) => SqlType, Decode]> = new Map([
  [16, [SqlType.bool, (text) => text === 't']],
  [17, [SqlType.bytes, asBytes]],
  [18, [() => SqlType.char(1), asText]],
  [20, [SqlType.bigInt, BigInt]],
  [21, [SqlType.smallInt, Number]],
  [23, [SqlType.int, Number]],
  [25, [SqlType.text, asText]],
  [26, [SqlType.oid, Number]],
  [114, [SqlType.json, asText]],
  [700, [SqlType.real, (text) => Math.fround(asFloat(text))]],
  [701, [SqlType.double, asFloat]],
  [1042, [(typmod) => SqlType.char(Math.max(1, typmod - 4)), asText]],
  [1043, [(typmod) => (typmod < 5 ? SqlType.text() : SqlType.varchar(typmod - 4)), asText]],
  [1082, [SqlType.date, asText]],
  [1083, [SqlType.time, asText]],
  [1114, [SqlType.timestamp, asText]],
  [1184, [SqlType.timestampTz, asText]],
  [1186, [SqlType.interval, asText]],
  [1700, [numericOf, asText]],
  [2950, [SqlType.uuid, asText]],
  [5003, [SqlType.tabgeography, asText]],
]);

function numericOf(typmod: number): SqlType {
  if (typmod < 4) return SqlType.numeric(38, 0);
  return SqlType.numeric((typmod - 4) >> 16, (typmod - 4) & 0xffff);
}

function asFloat(text: string): number {
  if (text === 'inf' || text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-inf' || text === '-infinity') return Number.NEGATIVE_INFINITY;
  return text === 'nan' ? Number.NaN : Number(text);
}

/** The columns of a result. A type that isn't known reads as text. */
export function columnsOf(fields: readonly WireField[]): Column[] {
  return fields.map((field) => ({
    name: field.name,
    type: typesByOid.get(field.dataTypeID)?.[0](field.dataTypeModifier) ?? SqlType.text(),
  }));
}

/** A function that turns the texts of one row into values. */
export function rowDecoder(fields: readonly WireField[]): (row: readonly (string | null)[]) => Value[] {
  const decoders = fields.map((field) => typesByOid.get(field.dataTypeID)?.[1] ?? asText);
  return (row) => row.map((text, index) => (text === null ? null : (decoders[index] as Decode)(text)));
}
