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
export function DatabaseName(name: string | DatabaseName): DatabaseName {
  const [text] = textsOf([name], 1, 'database') as [string];
  const sql = escapeName(text);
  return Object.freeze({ kind: 'database' as const, name: text, toString: () => sql });
}

/**
 * `SchemaName('Extract')` or `SchemaName('db', 'Extract')`; a name may stand where its text may.
 * @throws {HyperException} HYPER_NAME_INVALID
 */
export function SchemaName(
  ...parts: readonly [string | SchemaName] | readonly [string | DatabaseName, string]
): SchemaName {
  const texts = textsOf(parts, 2, 'schema');
  const sql = texts.map(escapeName).join('.');
  const [name, database] = texts.toReversed() as [string, string | undefined];
  return Object.freeze({ kind: 'schema' as const, database, name, toString: () => sql });
}

/**
 * `TableName('t')`, `TableName('Extract', 'Extract')` or `TableName('db', 'Extract', 'Extract')`; a name may stand where its
 * text or texts may: `TableName(SchemaName('db', 'Extract'), 'Extract')`.
 * @throws {HyperException} HYPER_NAME_INVALID
 */
export function TableName(
  ...parts:
    | readonly [string | TableName]
    | readonly [string | SchemaName, string]
    | readonly [string | DatabaseName, string, string]
): TableName {
  const texts = textsOf(parts, 3, 'table');
  const sql = texts.map(escapeName).join('.');
  const [name, schema, database] = texts.toReversed() as [string, string | undefined, string | undefined];
  return Object.freeze({ kind: 'table' as const, database, schema, name, toString: () => sql });
}

type Name = DatabaseName | SchemaName | TableName;

/** The texts of a name's parts. Python's API takes names and texts alike, and whoever writes JavaScript has no compiler. */
function textsOf(parts: readonly unknown[], most: number, what: Name['kind']): string[] {
  const texts = parts.flatMap((part, at) => {
    if (typeof part === 'string') return [part];
    const isLast = at === parts.length - 1;
    // The table of another name is no schema, nor is a database the name of a table.
    if (isName(part) && (part.kind === what || !isLast)) return textsOfName(part);
    throw new HyperException(
      'HYPER_NAME_INVALID',
      `part ${at + 1} of the name of a ${what} is neither a text nor such a name`,
    );
  });
  if (texts.length >= 1 && texts.length <= most) return texts;
  throw new HyperException('HYPER_NAME_INVALID', `the name of a ${what} has 1 to ${most} parts, not ${texts.length}`);
}

function isName(value: unknown): value is Name {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value;
}

function textsOfName(name: Name): string[] {
  const parts =
    name.kind === 'table'
      ? [name.database, name.schema, name.name]
      : name.kind === 'schema'
        ? [name.database, name.name]
        : [name.name];
  return parts.filter((part) => part !== undefined);
}

// A NUL in any SQL text makes the engine drop the connection; half a surrogate pair would be sent as U+FFFD and so
// name something else than was asked for.
function refuseUnsendable(text: string, what: string): string {
  if (typeof text !== 'string') throw new HyperException('HYPER_NAME_INVALID', `${what} is no text`);
  if (text.includes('\0')) throw new HyperException('HYPER_NAME_INVALID', `${what} has a NUL character`);
  if (/\p{Surrogate}/u.test(text)) throw new HyperException('HYPER_NAME_INVALID', `${what} has half a surrogate pair`);
  return text;
}
