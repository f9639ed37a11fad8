import { HyperException } from './errors.ts';

/** The kinds of Hyper SQL types, by their tag in Tableau's Hyper API. */
export type TypeTag =
  | 'bool'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'numeric'
  | 'real'
  | 'double'
  | 'oid'
  | 'text'
  | 'varchar'
  | 'char'
  | 'json'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'geography'
  | 'tabgeography'
  | 'uuid';

/** A Hyper SQL type. `String(type)` is its SQL text. */
export interface SqlType {
  readonly tag: TypeTag;
  /** Of numeric: 1 to 38 digits in all; more than 18 need database version 3. */
  readonly precision?: number;
  /** Of numeric: digits after the point, 0 to precision. */
  readonly scale?: number;
  /** Of char and varchar: the largest number of characters. */
  readonly maxLength?: number;
  toString(): string;
}

const simpleTypes: Readonly<Record<Exclude<TypeTag, 'numeric' | 'varchar' | 'char'>, string>> = {
  bool: 'boolean',
  smallint: 'smallint',
  int: 'integer',
  bigint: 'bigint',
  real: 'real',
  double: 'double precision',
  oid: 'oid',
  text: 'text',
  json: 'json',
  bytes: 'bytes',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  interval: 'interval',
  geography: 'geography',
  tabgeography: 'tableau.tabgeography',
  uuid: 'uuid',
};

const synonyms: Readonly<Record<string, TypeTag>> = {
  boolean: 'bool',
  int2: 'smallint',
  int4: 'int',
  integer: 'int',
  int8: 'bigint',
  float4: 'real',
  'double precision': 'double',
  float8: 'double',
  float: 'double',
  bytea: 'bytes',
  decimal: 'numeric',
  'character varying': 'varchar',
  character: 'char',
  'tableau.tabgeography': 'tabgeography',
  bpchar: 'char',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
};

function simple(tag: keyof typeof simpleTypes): SqlType {
  const sql = simpleTypes[tag];
  return Object.freeze({ tag, toString: () => sql });
}

function numeric(precision: number, scale: number): SqlType {
  if (!Number.isInteger(precision) || precision < 1 || precision > 38) {
    throw new HyperException('HYPER_TABLE_INVALID', `numeric(${precision},${scale}): the precision is 1 to 38`);
  }
  if (!Number.isInteger(scale) || scale < 0 || scale > precision) {
    throw new HyperException('HYPER_TABLE_INVALID', `numeric(${precision},${scale}): the scale is 0 to the precision`);
  }
  return Object.freeze({
    tag: 'numeric' as const,
    precision,
    scale,
    toString: () => `numeric(${precision},${scale})`,
  });
}

function limited(tag: 'varchar' | 'char', maxLength: number): SqlType {
  if (!Number.isInteger(maxLength) || maxLength < 1) {
    throw new HyperException('HYPER_TABLE_INVALID', `${tag}(${maxLength}): the length is a whole number from 1`);
  }
  return Object.freeze({ tag, maxLength, toString: () => `${tag}(${maxLength})` });
}

/** Reads a type as SQL writes it, in any of its spellings. @throws {HyperException} HYPER_TABLE_INVALID */
function parse(text: string): SqlType {
  const match = /^\s*([a-z0-9 .]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/i.exec(text);
  const name = match?.[1]?.toLowerCase().replaceAll(/\s+/g, ' ') ?? '';
  const tag = synonyms[name] ?? (Object.hasOwn(simpleTypes, name) ? (name as TypeTag) : limitedTag(name));
  const [first, second] = [match?.[2], match?.[3]].map((digits) => (digits === undefined ? undefined : Number(digits)));
  if (tag === 'numeric' && first !== undefined) return numeric(first, second ?? 0);
  if (tag === 'numeric' && name !== '') return numeric(18, 0);
  if (tag === 'char' && second === undefined) return limited('char', first ?? 1);
  if (tag === 'varchar' && second === undefined)
    return first === undefined ? simple('text') : limited('varchar', first);
  if (tag === undefined || tag === 'numeric' || tag === 'char' || tag === 'varchar' || first !== undefined) {
    throw new HyperException('HYPER_TABLE_INVALID', `unknown SQL type ${JSON.stringify(text)}`);
  }
  return simple(tag);
}

function limitedTag(name: string): TypeTag | undefined {
  return name === 'numeric' || name === 'varchar' || name === 'char' ? name : undefined;
}

/** The constructors of the SQL types, named as in Tableau's Hyper API. */
export const SqlType = Object.freeze({
  bool: () => simple('bool'),
  smallInt: () => simple('smallint'),
  int: () => simple('int'),
  bigInt: () => simple('bigint'),
  /** Exact decimal; precision 1 to 38, more than 18 needs database version 3. @throws {HyperException} HYPER_TABLE_INVALID */
  numeric,
  /** 32-bit floating point; needs database version 4. */
  real: () => simple('real'),
  double: () => simple('double'),
  oid: () => simple('oid'),
  text: () => simple('text'),
  /** @throws {HyperException} HYPER_TABLE_INVALID */
  varchar: (maxLength: number) => limited('varchar', maxLength),
  /** @throws {HyperException} HYPER_TABLE_INVALID */
  char: (maxLength: number) => limited('char', maxLength),
  json: () => simple('json'),
  bytes: () => simple('bytes'),
  date: () => simple('date'),
  time: () => simple('time'),
  timestamp: () => simple('timestamp'),
  timestampTz: () => simple('timestamptz'),
  interval: () => simple('interval'),
  /** The same as tabgeography to this engine, and read back as such. */
  geography: () => simple('geography'),
  /** Tableau's geography; written and read as well-known text. */
  tabgeography: () => simple('tabgeography'),
  /** Of the engine, not of Tableau, which can't show such a column. */
  uuid: () => simple('uuid'),
  parse,
});
