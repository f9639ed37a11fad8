import { setImmediate } from 'node:timers/promises';

import type { Connection, StatementOptions } from '../connection/connection.ts';
import { HyperException } from '../errors.ts';
import { escapeName, type TableName } from '../names.ts';
import { SqlType } from '../sql-type.ts';
import { type ColumnDefinition, columnSql, Nullability, type TableDefinition } from '../table-definition.ts';
import { type ChunkQueue, createChunkQueue } from './chunk-queue.ts';
import { createRowEncoder, type InsertRow, type RowEncoder } from './row-encoder.ts';

/** Options of `Inserter.open`. */
export interface InserterOptions extends StatementOptions {
  /** Columns to fill, in the order of the values; the others become NULL. Default: all, in the table's order. */
  readonly columns?: readonly string[];
}

// Less than the system's buffer of a socket: while we make rows, the engine still has some to work on.
const CHUNK_BYTES = 64 * 1024;
const MAX_WAITING_CHUNKS = 32;

/**
 * Puts rows made in JavaScript into a table, as fast as the engine takes them: all of them at `execute`, or none.
 * The connection is the inserter's own until it ends. Names as in Tableau's Hyper API:
 * https://tableau.github.io/hyper-db/lang_docs/py/tableauhyperapi.html#tableauhyperapi.Inserter
 */
export class Inserter {
  readonly #connection: Connection;
  readonly #context: string;
  readonly #sql: string;
  readonly #encoder: RowEncoder;
  readonly #signal: AbortSignal | undefined;
  readonly #queue: ChunkQueue = createChunkQueue();
  #inserted: Promise<number> | undefined;
  #failure: unknown;
  #isOver = false;
  #sentChunks = 0;

  private constructor(
    connection: Connection,
    table: TableName,
    columns: readonly ColumnDefinition[],
    signal?: AbortSignal,
  ) {
    this.#connection = connection;
    this.#context = `insert into ${table}`;
    this.#sql = insertSql(table, columns);
    this.#encoder = createRowEncoder(
      columns.map((column) => (isSentAsText(column) ? { ...column, type: SqlType.text() } : column)),
      this.#context,
    );
    this.#signal = signal;
  }

  /**
   * Starts inserting into a table, which must be as a definition that is given says: what is sent bears no types.
   * @throws {HyperException} HYPER_TABLE_MISSING, HYPER_TABLE_INVALID naming the column that is another one in the table
   */
  static async open(
    connection: Connection,
    table: TableDefinition | TableName | string,
    options: InserterOptions = {},
  ): Promise<Inserter> {
    const definition = await definitionOf(connection, table);
    const byName = new Map(definition.columns.map((column) => [column.name, column]));
    const columns = (options.columns ?? [...byName.keys()]).map((name) => {
      const column = byName.get(name);
      if (column !== undefined) return column;
      throw new HyperException(
        'HYPER_TABLE_INVALID',
        `table ${definition.tableName} has no column ${JSON.stringify(name)}`,
        { context: `insert into ${definition.tableName}`, details: { column: name } },
      );
    });
    return new Inserter(connection, definition.tableName, columns, options.signal);
  }

  /**
   * Adds a row: values in the order of the columns, or an object with their names. Doesn't wait; when it returns false, enough
   * is waiting: `await inserter.drained()` before adding more, or memory grows.
   * @throws {HyperException} HYPER_VALUE_INVALID (the row is not added, more may be), HYPER_CONNECTION_CLOSED, or what the engine said
   */
  addRow(row: InsertRow): boolean {
    if (this.#isOver) throw new HyperException('HYPER_CONNECTION_CLOSED', 'insert: the inserter has ended');
    if (this.#failure !== undefined) throw this.#failure;
    this.#encoder.add(row);
    if (this.#encoder.sizeBytes >= CHUNK_BYTES) this.#send();
    return this.#queue.length < MAX_WAITING_CHUNKS && !this.#queue.isReaderGone;
  }

  /** Adds rows of any iterable or async iterable, at the engine's pace. @throws {HyperException} as `addRow` */
  async addRows(rows: Iterable<InsertRow> | AsyncIterable<InsertRow>): Promise<void> {
    if (!isIterable(rows)) {
      throw new HyperException('HYPER_VALUE_INVALID', 'addRows: what is given is no iterable of rows', {
        context: this.#context,
      });
    }
    let sent = this.#sentChunks;
    const pace = async (hasRoom: boolean): Promise<void> => {
      sent = this.#sentChunks;
      // Nothing is written to a full socket before the event loop turns: the engine would wait for us, and then we for it.
      await setImmediate();
      if (!hasRoom) await this.drained();
    };
    if (Symbol.iterator in rows) {
      for (const row of rows) {
        const hasRoom = this.addRow(row);
        if (!hasRoom || sent !== this.#sentChunks) await pace(hasRoom);
      }
    } else {
      for await (const row of rows) {
        const hasRoom = this.addRow(row);
        if (!hasRoom || sent !== this.#sentChunks) await pace(hasRoom);
      }
    }
  }

  /** Resolves when more rows may be added. @throws {HyperException} what the engine said, when it takes no more */
  async drained(): Promise<void> {
    await this.#queue.belowLimit(MAX_WAITING_CHUNKS / 2);
    // The statement has ended or is about to; its failure is the answer to whoever wants to add more.
    if (this.#queue.isReaderGone) await this.#inserted;
  }

  /** Rows added so far. */
  get rowCount(): number {
    return this.#encoder.rowCount;
  }

  /** Inserts everything that was added and ends the inserter; returns the number of rows. @throws {HyperException} what the engine said */
  async execute(): Promise<number> {
    if (this.#isOver) throw new HyperException('HYPER_CONNECTION_CLOSED', 'insert: the inserter has ended');
    this.#isOver = true;
    if (this.#failure !== undefined) throw this.#failure;
    this.#send();
    this.#queue.end();
    return (await this.#inserted) as number;
  }

  /** Ends the inserter; without `execute` before, nothing of it is in the table. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.end(new Error('the inserter was closed'));
    await this.#inserted?.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #send(): void {
    if (this.#encoder.sizeBytes > 0) {
      this.#queue.push(this.#encoder.take());
      this.#sentChunks += 1;
    }
    if (this.#inserted !== undefined) return;
    this.#inserted = this.#insert();
    // Remembered for the next `addRow`, and handled, so that it is no unhandled rejection before `execute`.
    this.#inserted.catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async #insert(): Promise<number> {
    const options = { isExclusive: true, ...(this.#signal === undefined ? {} : { signal: this.#signal }) };
    return (await this.#connection.stdin(this.#sql, this.#queue, options)).affectedRows;
  }
}

async function definitionOf(
  connection: Connection,
  table: TableDefinition | TableName | string,
): Promise<TableDefinition> {
  if (typeof table === 'string' || !('columns' in table)) return await connection.catalog.tableDefinition(table);
  const { columns } = await connection.catalog.tableDefinition(table.tableName);
  const actual = new Map(columns.map((column) => [column.name, shapeOf(column)]));
  for (const column of table.columns) {
    const found = actual.get(column.name);
    if (found === shapeOf(column)) continue;
    const is = found === undefined ? 'is not in the table' : `is ${found} in the table`;
    throw new HyperException(
      'HYPER_TABLE_INVALID',
      `insert into ${table.tableName}: column ${JSON.stringify(column.name)} is ${shapeOf(column)} in the definition and ${is}`,
      { context: `insert into ${table.tableName}`, details: { column: column.name } },
    );
  }
  return table;
}

function isIterable(rows: unknown): boolean {
  return typeof rows === 'object' && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows);
}

/** What decides how a value is sent. */
function shapeOf({ type, nullability }: ColumnDefinition): string {
  const name = type.tag === 'geography' ? String(SqlType.tabgeography()) : String(type);
  return `${name} ${nullability === Nullability.notNullable ? 'NOT NULL' : 'NULL'}`;
}

// The engine's binary geography is not ours to write: it gets well-known text and casts it.
function isSentAsText(column: ColumnDefinition): boolean {
  return column.type.tag === 'geography' || column.type.tag === 'tabgeography' || column.type.tag === 'uuid';
}

function insertSql(table: TableName, columns: readonly ColumnDefinition[]): string {
  const names = columns.map((column) => escapeName(column.name));
  if (!columns.some((column) => isSentAsText(column))) {
    return `COPY ${table} (${names.join(', ')}) FROM STDIN WITH (format => 'hyperbinary')`;
  }
  const sent = columns.map((column) => columnSql(isSentAsText(column) ? { ...column, type: SqlType.text() } : column));
  const cast = columns.map((column, index) =>
    isSentAsText(column) ? `CAST(${names[index]} AS ${column.type})` : names[index],
  );
  return `INSERT INTO ${table} (${names.join(', ')}) SELECT ${cast.join(', ')}
    FROM external(STDIN, columns => descriptor(${sent.join(', ')}), format => 'hyperbinary')`;
}
