import { basename, extname, resolve } from 'node:path';

import { type Catalog, catalogOf } from '../catalog.ts';
import { CreateMode } from '../create-mode.ts';
import { HyperException } from '../errors.ts';
import { DatabaseName, escapeName } from '../names.ts';
import { type ByteSource, createCopyPump } from './copy-in.ts';
import { type Column, columnsOf, rowDecoder, type Value } from './decode-value.ts';
import { pull } from './pull.ts';
import { type EngineEndpoint, openSession, type RunOptions, type Session } from './session.ts';
import { affectedRows } from './statement.ts';
import type { Wire, WireField, WireRow } from './wire.ts';

/** Options of `connect`. */
export interface ConnectOptions {
  /** Path of a database file to attach; no database when absent. */
  readonly database?: string;
  /** Default: `none`, the file must exist. */
  readonly createMode?: CreateMode;
  /** Alias of the database in SQL. Default: the file's name without its extension. */
  readonly alias?: string;
  /** Version of a database that is created. Default: the engine's, 2. */
  readonly databaseVersion?: number;
  readonly signal?: AbortSignal;
}

/** Options of every statement. */
export interface StatementOptions {
  /** Cancels the statement in the engine. */
  readonly signal?: AbortSignal;
}

/** Options of `Connection.stdin`. */
export interface StdinOptions extends StatementOptions {
  /**
   * Refuse other statements until this one has ended, with HYPER_CONNECTION_BUSY, instead of letting them wait for it: for a
   * source that only ends when the caller goes on. Default: false.
   */
  readonly isExclusive?: boolean;
}

/** A result that was read whole. */
export interface QueryResult {
  readonly columns: readonly Column[];
  readonly rows: Value[][];
}

/** A result of a statement that read STDIN. */
export interface StdinResult extends QueryResult {
  /** Rows that the statement copied, inserted or changed; 0 for SELECT and CREATE TABLE AS. */
  readonly affectedRows: number;
  /** Bytes that were sent. */
  readonly sentBytes: number;
}

/**
 * A session of the engine. Statements run one after the other; those called at the same time wait for each other.
 * Every statement may fail with: HYPER_QUERY_FAILED, HYPER_VALUE_INVALID, HYPER_CANCELLED, HYPER_ENGINE_DIED, HYPER_MEMORY_EXCEEDED,
 * DISK_FULL, HYPER_CONNECTION_CLOSED, HYPER_CONNECTION_BUSY (inside the loop over a stream, or while an inserter is open).
 */
export class Connection {
  readonly catalog: Catalog;
  readonly #session: Session;
  readonly #attached = new Map<string, string>();

  private constructor(session: Session) {
    this.#session = session;
    this.catalog = catalogOf(this);
  }

  /** Opens a session; `HyperProcess.connect` calls this. @throws {HyperException} HYPER_OPTION_INVALID, HYPER_ENGINE_DIED, HYPER_DATABASE_MISSING, … */
  static async open(endpoint: EngineEndpoint, options: ConnectOptions): Promise<Connection> {
    checkCreateMode(options);
    const connection = new Connection(await openSession(endpoint, options.signal));
    try {
      if (options.database !== undefined) await connection.#openDatabase(options.database, options);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Runs a statement and returns how many rows it copied, inserted or changed. */
  async execute(sql: string, options: StatementOptions = {}): Promise<number> {
    return affectedRows(await this.#session.run(sql, {}, runOptions(sql, options)));
  }

  /** Runs a query and returns all of its rows; `stream` is for those that don't fit into memory. */
  async query(sql: string, options: StatementOptions = {}): Promise<QueryResult> {
    const result = collectRows();
    await this.#session.run(sql, result.sink, runOptions(sql, options));
    return result.finish();
  }

  /** The only row of a query. @throws {HyperException} HYPER_RESULT_UNEXPECTED when there is not exactly one */
  async queryOne(sql: string, options: StatementOptions = {}): Promise<Value[]> {
    const { rows } = await this.query(sql, options);
    const [row] = rows;
    if (row !== undefined && rows.length === 1) return row;
    throw new HyperException('HYPER_RESULT_UNEXPECTED', `${verbOf(sql)}: expected one row, got ${rows.length}`);
  }

  /** The only value of the only row of a query; count(*) is a bigint. @throws {HyperException} HYPER_RESULT_UNEXPECTED */
  async scalar(sql: string, options: StatementOptions = {}): Promise<Value> {
    const row = await this.queryOne(sql, options);
    if (row.length === 1) return row[0] as Value;
    throw new HyperException('HYPER_RESULT_UNEXPECTED', `${verbOf(sql)}: expected one column, got ${row.length}`);
  }

  /** Rows of a query, one by one, at flat memory: the engine waits for the reader. Leaving the loop cancels the query. */
  stream(sql: string, options: StatementOptions = {}): AsyncGenerator<Value[], void, void> {
    return pull<Value[]>(async (push, signal) => {
      let decode: ((row: WireRow) => Value[]) | undefined;
      await this.#session.run(
        sql,
        {
          columns: (fields) => {
            decode = rowDecoder(fields);
          },
          row: (row, wire) => push((decode as NonNullable<typeof decode>)(row), wire),
        },
        { ...runOptions(sql, { signal }), isExclusive: true },
      );
    }, options.signal);
  }

  /** The bytes that `COPY … TO STDOUT` sends, at flat memory. */
  stdout(sql: string, options: StatementOptions = {}): AsyncGenerator<Buffer, void, void> {
    return pull<Buffer>(async (push, signal) => {
      // pg's buffer is only lent: it is used again for the next message.
      await this.#session.run(
        sql,
        { copyOut: (chunk, wire) => push(Buffer.from(chunk), wire) },
        { ...runOptions(sql, { signal }), isExclusive: true },
      );
    }, options.signal);
  }

  /**
   * Runs a statement that reads STDIN, once: `COPY t FROM STDIN …`, or `external(STDIN, …)` anywhere in it. A failure of the
   * source cancels the statement and is thrown as it is; a failure of the statement destroys the source.
   */
  async stdin(sql: string, source: ByteSource, options: StdinOptions = {}): Promise<StdinResult> {
    const pump = createCopyPump(source);
    const result = collectRows();
    const sink = { ...result.sink, copyIn: (wire: Wire) => pump.start(wire) };
    try {
      const tag = await this.#session.run(sql, sink, {
        ...runOptions(sql, options),
        pump,
        isExclusive: options.isExclusive,
      });
      return { ...result.finish(), affectedRows: affectedRows(tag), sentBytes: pump.sentBytes };
    } finally {
      pump.stop('the statement ended');
    }
  }

  /** Creates a database file; folders must exist. @throws {HyperException} HYPER_DATABASE_EXISTS, OUTPUT_NOT_WRITABLE */
  async createDatabase(
    path: string,
    options: StatementOptions & { readonly ifNotExists?: boolean; readonly databaseVersion?: number } = {},
  ): Promise<void> {
    const version = options.databaseVersion === undefined ? '' : ` WITH VERSION ${Math.trunc(options.databaseVersion)}`;
    const sql = `CREATE DATABASE ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${escapeName(resolve(path))}${version}`;
    await this.#session.run(sql, {}, { signal: options.signal, context: `create ${path}` });
  }

  /** Deletes a database file. @throws {HyperException} HYPER_DATABASE_MISSING, HYPER_DATABASE_LOCKED while it is attached */
  async dropDatabase(path: string, options: StatementOptions & { readonly ifExists?: boolean } = {}): Promise<void> {
    const sql = `DROP DATABASE ${options.ifExists === true ? 'IF EXISTS ' : ''}${escapeName(resolve(path))}`;
    await this.#session.run(sql, {}, { signal: options.signal, context: `drop ${path}` });
  }

  /**
   * Attaches a database file under an alias (default: its file name without extension).
   * @throws {HyperException} HYPER_DATABASE_MISSING, HYPER_DATABASE_INVALID, HYPER_DATABASE_LOCKED
   */
  async attach(
    path: string,
    alias: string = defaultAlias(path),
    options: StatementOptions = {},
  ): Promise<DatabaseName> {
    const name = DatabaseName(alias);
    const sql = `ATTACH DATABASE ${escapeName(resolve(path))} AS ${name}`;
    await this.#session.run(sql, {}, { signal: options.signal, context: `attach ${path}` });
    this.#attached.set(alias, path);
    return name;
  }

  /** Detaches a database. Only when its last session has detached it is it on disk. */
  async detach(alias: string | DatabaseName, options: StatementOptions = {}): Promise<void> {
    const name = typeof alias === 'string' ? alias : alias.name;
    const context = `detach ${this.#attached.get(name) ?? name}`;
    await this.#session.run(`DETACH DATABASE ${escapeName(name)}`, {}, { signal: options.signal, context });
    this.#attached.delete(name);
  }

  /** True after `close`, or when the engine or the session is gone. */
  get isClosed(): boolean {
    return this.#session.isClosed || this.#session.isLost;
  }

  /** Cancels what runs, detaches all databases, so that they are on disk, and ends the session. */
  async close(): Promise<void> {
    await this.#session.close(async (run) => {
      for (const [alias, path] of this.#attached) {
        await run(`DETACH DATABASE ${escapeName(alias)}`, {}, { context: `detach ${path}` });
      }
      this.#attached.clear();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #openDatabase(path: string, options: ConnectOptions): Promise<void> {
    const mode = options.createMode ?? CreateMode.none;
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    if (mode === CreateMode.createAndReplace) await this.dropDatabase(path, { ...signal, ifExists: true });
    if (mode !== CreateMode.none) {
      await this.createDatabase(path, {
        ...signal,
        ifNotExists: mode === CreateMode.createIfNotExists,
        ...(options.databaseVersion === undefined ? {} : { databaseVersion: options.databaseVersion }),
      });
    }
    await this.attach(path, options.alias, signal);
  }
}

// `CreateMode.CREATE_AND_REPLACE`, Python's spelling, is undefined here: it must not open the old file without a word.
function checkCreateMode(options: ConnectOptions): void {
  if (!('createMode' in options) || Object.values(CreateMode).includes(options.createMode)) return;
  throw new HyperException(
    'HYPER_OPTION_INVALID',
    `createMode is ${options.createMode}, not one of ${Object.values(CreateMode).join(', ')}`,
    { context: 'connect' },
  );
}

function collectRows() {
  let fields: readonly WireField[] = [];
  let decode = rowDecoder([]);
  const rows: Value[][] = [];
  return {
    sink: {
      columns: (found: readonly WireField[]) => {
        fields = found;
        decode = rowDecoder(found);
      },
      row: (row: WireRow) => {
        rows.push(decode(row));
      },
    },
    finish: (): QueryResult => ({ columns: columnsOf(fields), rows }),
  };
}

function defaultAlias(path: string): string {
  return basename(path, extname(path)) || basename(path);
}

function runOptions(sql: string, options: StatementOptions): RunOptions {
  return { signal: options.signal, context: verbOf(sql) };
}

// The first word or two; more of it could show values.
function verbOf(sql: string): string {
  return /^\s*([a-z]+(?:\s+(?:table|database|schema|into))?)/i.exec(sql)?.[1]?.toUpperCase() ?? 'statement';
}
