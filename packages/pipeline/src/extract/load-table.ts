import {
  type ByteSource,
  type Connection,
  escapeName,
  type StatementOptions,
  TableName,
  writeDatabaseAtomically,
} from '@hyperferry/hyper';

import type { EngineContext } from '../engine-context.ts';

/** A table to build: the SQL of each column, and where the rows come from. */
export interface TableLoad {
  readonly outPath: string;
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
  /** SQL table expression with optional WHERE. */
  readonly from: string;
  /** What `from` reads as STDIN. */
  readonly stdin?: ByteSource;
  /** Leave the values of the columns uncounted: who has the profile knows them. */
  readonly countsRowsOnly?: boolean;
  /** Called when the engine has been told to begin. */
  readonly onBegin?: () => void;
}

/** What was built. */
export interface LoadedTable {
  readonly rows: number;
  /** Cells with a value, for each column; none when only the rows were counted. */
  readonly values: readonly number[];
}

/**
 * Builds a new `.hyper` file with the table "Extract"."Extract" in one statement. A cast that fails or a source that
 * breaks fails it as a whole, and the target stays as it was; so it does when `beforeCommit` throws.
 */
export async function loadTable(
  load: TableLoad,
  context: EngineContext,
  beforeCommit?: (loaded: LoadedTable) => Promise<void>,
): Promise<LoadedTable> {
  const { signal } = context;
  return await writeDatabaseAtomically(
    context.engine,
    load.outPath,
    async (connection, database) => {
      const table = TableName(database.name, 'Extract', 'Extract');
      await connection.execute(`CREATE SCHEMA ${escapeName(database.name)}."Extract"`, { signal });
      const columns = load.columns.map(({ name, sql }) => `${sql} AS ${escapeName(name)}`);
      const sql = `CREATE TABLE ${table} AS SELECT ${columns.join(', ')} FROM ${load.from}`;
      await fill(connection, sql, load, { signal });
      const loaded = await countTable(connection, table, load, signal);
      await beforeCommit?.(loaded);
      return loaded;
    },
    { signal, ...(hasWideNumbers(load) ? { databaseVersion: WIDE_NUMBERS_VERSION } : {}) },
  );
}

/** Exact decimals of more than 18 digits need a newer file format, which Tableau reads from 2022.4 (Server: 2023.1). */
const WIDE_NUMBERS_VERSION = 3;

function hasWideNumbers({ columns, from }: TableLoad): boolean {
  return [from, ...columns.map(({ sql }) => sql)].some((sql) => /\bnumeric\((?:19|[23][0-9]),/.test(sql));
}

async function fill(
  connection: Connection,
  sql: string,
  { stdin, onBegin }: TableLoad,
  options: StatementOptions,
): Promise<void> {
  const filling = stdin === undefined ? connection.execute(sql, options) : connection.stdin(sql, stdin, options);
  if (onBegin !== undefined) setImmediate(onBegin);
  await filling;
}

// Compiling a query takes more than twice the time for twice the expressions, and the engine takes no more than 16,384: with
// one statement for 16,383 columns it took 10 s, with 500 columns in each 3 s, with 100 in each 18 s.
const COLUMNS_PER_COUNT = 500;

async function countTable(
  connection: Connection,
  table: TableName,
  { columns, countsRowsOnly }: TableLoad,
  signal: AbortSignal,
): Promise<LoadedTable> {
  const counts = countsRowsOnly === true ? [] : columns.map(({ name }) => `count(${escapeName(name)})`);
  let rows = 0;
  const values: number[] = [];
  do {
    const part = ['count(*)', ...counts.slice(values.length, values.length + COLUMNS_PER_COUNT)];
    const [count, ...found] = await connection.queryOne(`SELECT ${part.join(', ')} FROM ${table}`, { signal });
    rows = Number(count);
    values.push(...found.map(Number));
  } while (values.length < counts.length);
  return { rows, values };
}
