import { resolve } from 'node:path';

import type { Connection, StatementOptions } from '../connection/connection.ts';
import type { ByteSource } from '../connection/copy-in.ts';
import { escapeName, escapeStringLiteral, type TableName } from '../names.ts';
import { columnDefinition, type ColumnInput, columnSql } from '../table-definition.ts';

/** Stands for the bytes that `Connection.stdin` sends. */
export const STDIN = Symbol('STDIN');

/** How a CSV is read. What is left out is the engine's default. */
export interface CsvOptions {
  /** The first record is a header and skipped; it must have as many fields as the others. Default: false. */
  readonly header?: boolean;
  /** One byte. Default: a comma. */
  readonly delimiter?: string;
  /** One byte, or null for no quoting. Default: `"`. */
  readonly quote?: string | null;
  /** One byte. Default: the quote, doubled. */
  readonly escape?: string;
  /** The one text that means NULL, instead of an empty unquoted cell. */
  readonly nullText?: string;
  /** Columns, or all of them, in which a quoted empty cell is NULL too; without it such a cell is an error for other types than text. */
  readonly forceNull?: true | readonly string[];
  /** Default: utf-8. Others must be translated before. */
  readonly encoding?: 'utf-8' | 'utf-16' | 'utf-16-le' | 'utf-16-be';
  /** Default: by the file's name, which only knows `.gz`. */
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** Replace invalid UTF-8 by U+FFFD instead of failing. Default: false. */
  readonly sanitize?: boolean;
  /** A cell that doesn't fit its type fails the statement, or becomes NULL. Default: error. */
  readonly onCastFailure?: 'error' | 'set_null';
}

/** One or more files, or STDIN. Paths are relative to the folder of this process, as those of databases; what has a scheme (`s3://`) is left as it is. */
export type CsvSource = string | readonly string[] | typeof STDIN;

/** Options of `external`. */
export interface ExternalOptions extends CsvOptions {
  readonly source: CsvSource;
  readonly columns: readonly ColumnInput[];
}

/** Options of `copyInto`. */
export interface CopyIntoOptions extends CsvOptions {
  readonly source: string | typeof STDIN;
  /** Names of the table's columns in the order of the file. Default: all, in the table's order. */
  readonly columns?: readonly string[];
}

/**
 * A CSV as a table in any query: `SELECT count(*) FROM ${external({ source, columns })}`. With STDIN the bytes come from
 * `Connection.stdin`, and it may stand once in a statement.
 * @throws {HyperException} HYPER_NAME_INVALID, HYPER_TABLE_INVALID
 */
export function external(options: ExternalOptions): string {
  const columns = options.columns.map((column) => columnSql(columnDefinition(column))).join(', ');
  return `external(${[sourceSql(options.source), `columns => descriptor(${columns})`, ...csvSettings(options)].join(', ')})`;
}

/** The COPY statement that loads a CSV into a table. @throws {HyperException} HYPER_NAME_INVALID */
export function copyInto(table: TableName | string, options: CopyIntoOptions): string {
  const columns =
    options.columns === undefined ? '' : ` (${options.columns.map((name) => escapeName(name)).join(', ')})`;
  const name = typeof table === 'string' ? escapeName(table) : table;
  return `COPY ${name}${columns} FROM ${sourceSql(options.source)} WITH (${csvSettings(options).join(', ')})`;
}

/**
 * Loads a CSV file, or bytes, into a table and returns how many rows were loaded: all or none.
 * @throws {HyperException} HYPER_VALUE_INVALID with file, line (record) and column in `detail`, and those of every statement
 */
export async function copyFromCsv(
  connection: Connection,
  table: TableName | string,
  source: string | ByteSource,
  options: Omit<CopyIntoOptions, 'source'> & StatementOptions = {},
): Promise<number> {
  const { signal, ...csv } = options;
  const statement = signal === undefined ? {} : { signal };
  if (typeof source === 'string') return await connection.execute(copyInto(table, { ...csv, source }), statement);
  const { affectedRows } = await connection.stdin(copyInto(table, { ...csv, source: STDIN }), source, statement);
  return affectedRows;
}

function sourceSql(source: CsvSource): string {
  if (source === STDIN) return 'STDIN';
  if (typeof source === 'string') return pathSql(source);
  return `array[${source.map((path) => pathSql(path)).join(', ')}]`;
}

// The engine runs in a folder of its own, to which it would take them.
function pathSql(path: string): string {
  return escapeStringLiteral(/^[a-z][a-z\d+.-]*:\/\//i.test(path) ? path : resolve(path));
}

// COPY and external understand the same named settings; `null` is a word of SQL and needs its quotes.
function csvSettings(options: CsvOptions): string[] {
  const settings = [`format => 'csv'`];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) settings.push(`${name} => ${value}`);
  };
  add('header', options.header === undefined ? undefined : String(options.header));
  add('delimiter', byteLiteral(options.delimiter));
  // A byte that no text has switches quoting off; the engine has no word for it.
  add('quote', options.quote === null ? String.raw`E'\x01'` : byteLiteral(options.quote));
  add('escape', byteLiteral(options.escape));
  add('"null"', options.nullText === undefined ? undefined : escapeStringLiteral(options.nullText));
  add('force_null', forceNull(options.forceNull));
  add('encoding', literal(options.encoding));
  add('compression', literal(options.compression));
  add('sanitize', options.sanitize === undefined ? undefined : String(options.sanitize));
  add('on_cast_failure', literal(options.onCastFailure));
  return settings;
}

function literal(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeStringLiteral(text);
}

function byteLiteral(character: string | undefined): string | undefined {
  if (character === undefined) return undefined;
  const code = character.charCodeAt(0);
  const isControl = character.length === 1 && (code < 0x20 || code === 0x7f) && code !== 0;
  return isControl ? String.raw`E'\x${code.toString(16).padStart(2, '0')}'` : escapeStringLiteral(character);
}

function forceNull(columns: true | readonly string[] | undefined): string | undefined {
  if (columns === undefined) return undefined;
  return columns === true ? 'true' : `array[${columns.map((name) => escapeStringLiteral(name)).join(', ')}]`;
}
