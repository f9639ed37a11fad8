import { HyperException } from './errors.ts';

/** Name of an attached database: its alias. `String(name)` is its escaped SQL text. */
export interface DatabaseName {
  readonly kind: 'database';
  readonly name: string;
  toString(): string;
}

/** Name of a schema, optionally in a database. `String(name)` is its escaped SQL text. */
export interface SchemaName {
  readonly kind: 'schema';
  readonly database: string | undefined;
  readonly name: string;
  toString(): string;
}

/** Name of a table, optionally in a schema and database. `String(name)` is its escaped SQL text. */
export interface TableName {
  readonly kind: 'table';
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly name: string;
  toString(): string;
}

/**
 * A name as an SQL identifier: in double quotes, inner ones doubled. Paths of database files are identifiers too.
 * @throws {HyperException} HYPER_NAME_INVALID when it is empty or has a NUL character or half a surrogate pair
 */
export function escapeName(name: string): string {
  if (name === '') throw new HyperException('HYPER_NAME_INVALID', 'a name is empty');
  return `"${refuseUnsendable(name, 'a name').replaceAll('"', '""')}"`;
}

/**
 * A text as an SQL string literal: in single quotes, inner ones doubled; a backslash stays as it is.
 * @throws {HyperException} HYPER_NAME_INVALID when it has a NUL character or half a surrogate pair
 */
export function escapeStringLiteral(text: string): string {
  return `'${refuseUnsendable(text, 'a text literal').replaceAll("'", "''")}'`;
}

/** `DatabaseName('db')`. @throws {HyperException} HYPER_NAME_INVALID */
export function DatabaseName(name: string): DatabaseName {
  const text = escapeName(name);
  return Object.freeze({ kind: 'database' as const, name, toString: () => text });
}

/** `SchemaName('Extract')` or `SchemaName('db', 'Extract')`. @throws {HyperException} HYPER_NAME_INVALID */
export function SchemaName(...parts: readonly [string] | readonly [string, string]): SchemaName {
  const text = parts.map(escapeName).join('.');
  const [database, name] = parts.length === 2 ? parts : [undefined, parts[0]];
  return Object.freeze({ kind: 'schema' as const, database, name, toString: () => text });
}

/**
 * `TableName('t')`, `TableName('Extract', 'Extract')` or `TableName('db', 'Extract', 'Extract')`.
 * @throws {HyperException} HYPER_NAME_INVALID
 */
export function TableName(
  ...parts: readonly [string] | readonly [string, string] | readonly [string, string, string]
): TableName {
  const text = parts.map(escapeName).join('.');
  const name = parts[parts.length - 1] as string;
  const schema = parts.length >= 2 ? parts[parts.length - 2] : undefined;
  const database = parts.length === 3 ? parts[0] : undefined;
  return Object.freeze({ kind: 'table' as const, database, schema, name, toString: () => text });
}

// A NUL in any SQL text makes the engine drop the connection; half a surrogate pair would be sent as U+FFFD and so
// name something else than was asked for.
function refuseUnsendable(text: string, what: string): string {
  if (text.includes('\0')) throw new HyperException('HYPER_NAME_INVALID', `${what} has a NUL character`);
  if (/\p{Surrogate}/u.test(text)) throw new HyperException('HYPER_NAME_INVALID', `${what} has half a surrogate pair`);
  return text;
}
