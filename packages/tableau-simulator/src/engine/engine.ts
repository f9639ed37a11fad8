import { constants } from 'node:fs';
import { copyFile, rm, stat } from 'node:fs/promises';

import {
  type Connection,
  DatabaseName,
  escapeName,
  escapeStringLiteral,
  HyperProcess,
  TableName,
} from '@hyperferry/hyper';
import { isHyperferryError, type Logger } from '@hyperferry/schema';

import { hashFile } from './hash-file.ts';

/** The engine does not take a file or a change: the file's fault, not the engine's. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  /** Tableau's code for it, when it is answered at once. */
  readonly restCode: string;

  constructor(message: string, restCode = '400011', options?: ErrorOptions) {
    super(message, options);
    this.restCode = restCode;
  }
}

/** A table of a database file. */
export interface TableContent {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rowCount: number;
}

/** A file that the engine has made. */
export interface EngineFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The Hyper engine as the simulator needs it: started at the first use. */
export interface Engine {
  /** Tables of a database file, every block of it read. @throws {EngineRefusal} when it is not one, or damaged */
  inspect(path: string, signal: AbortSignal): Promise<readonly TableContent[]>;
  /** First rows of a table, as text. */
  preview(path: string, table: TableContent, limit: number, signal: AbortSignal): Promise<readonly (string | null)[][]>;
  /** A new file: the rows of `basePath` and then those of `addedPath`. @throws {EngineRefusal} when the schemas differ */
  append(basePath: string, addedPath: string, signal: AbortSignal): Promise<EngineFile>;
  /** A new file with the content of a Parquet file as `Extract.Extract`. */
  fromParquet(path: string, signal: AbortSignal): Promise<EngineFile>;
  /** A changed copy of a database file; the other file, if any, is attached as `source`. All of it or nothing. */
  change(
    basePath: string,
    sourcePath: string | undefined,
    change: (connection: Connection, names: { readonly target: string; readonly source: string }) => Promise<void>,
    signal: AbortSignal,
  ): Promise<EngineFile>;
  close(): Promise<void>;
  readonly pid: number | undefined;
}

export interface EngineOptions {
  readonly hyperdPath: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Where new files go. */
  readonly temporaryPath: (suffix: string) => string;
}

const TARGET = 'target';
const SOURCE = 'source';

/** An engine that is not yet running. */
export function createEngine(options: EngineOptions): Engine {
  let starting: Promise<HyperProcess> | undefined;
  let pid: number | undefined;
  let closed = false;

  const running = async (): Promise<HyperProcess> => {
    if (closed) throw new Error('the simulator is closing');
    starting ??= HyperProcess.start({
      env: options.env,
      logger: options.logger,
      ...(options.hyperdPath === undefined ? {} : { hyperdPath: options.hyperdPath }),
    });
    const mine = starting;
    try {
      const engine = await mine;
      pid = engine.pid;
      // An engine that has died is started again by whoever needs it next.
      void engine.exited.then(() => {
        if (starting === mine) starting = undefined;
      });
      return engine;
    } catch (error) {
      if (starting === mine) starting = undefined;
      throw error;
    }
  };

  const withFile = async <T>(
    path: string,
    signal: AbortSignal,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> => {
    const engine = await running();
    await using connection = await engine.connect({ signal });
    try {
      await connection.attach(path, TARGET, { signal });
      const result = await work(connection);
      await connection.detach(TARGET, { signal });
      return result;
    } catch (error) {
      throw refusalOf(error);
    }
  };

  const changed = async (
    basePath: string,
    signal: AbortSignal,
    work: (connection: Connection) => Promise<void>,
  ): Promise<EngineFile> => {
    const path = options.temporaryPath('.hyper');
    try {
      await copyFile(basePath, path, constants.COPYFILE_FICLONE);
      await withFile(path, signal, work);
      return await engineFile(path, signal);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  };

  return {
    get pid() {
      return pid;
    },
    inspect: async (path, signal) =>
      await withFile(path, signal, async (connection) => await tablesOf(connection, TARGET)),
    preview: async (path, table, limit, signal) =>
      await withFile(path, signal, async (connection) => {
        const columns = table.columns.map((column) => `CAST(${escapeName(column.name)} AS text)`).join(', ');
        const from = TableName(TARGET, table.schema, table.name);
        const { rows } = await connection.query(`SELECT ${columns} FROM ${from} LIMIT ${limit}`, { signal });
        return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
      }),
    append: async (basePath, addedPath, signal) =>
      await changed(basePath, signal, async (connection) => {
        await connection.attach(addedPath, SOURCE, { signal });
        await appendTables(connection, signal);
        await connection.detach(SOURCE, { signal });
      }),
    change: async (basePath, sourcePath, change, signal) =>
      await changed(basePath, signal, async (connection) => {
        if (sourcePath !== undefined) await connection.attach(sourcePath, SOURCE, { signal });
        await inTransaction(connection, async () => {
          await change(connection, { target: TARGET, source: SOURCE });
        });
        if (sourcePath !== undefined) await connection.detach(SOURCE, { signal });
      }),
    async fromParquet(parquetPath, signal) {
      const path = options.temporaryPath('.hyper');
      const engine = await running();
      await using connection = await engine.connect({
        database: path,
        createMode: 'createAndReplace',
        alias: TARGET,
        signal,
      });
      try {
        await connection.execute(`CREATE SCHEMA "${TARGET}"."Extract"`, { signal });
        await connection.execute(
          `CREATE TABLE "${TARGET}"."Extract"."Extract" AS SELECT * FROM external(${escapeStringLiteral(parquetPath)}, format => 'parquet')`,
          { signal },
        );
        await connection.detach(TARGET, { signal });
      } catch (error) {
        throw refusalOf(error);
      }
      return await engineFile(path, signal);
    },
    async close() {
      closed = true;
      const engine = await starting?.catch(() => undefined);
      await engine?.close();
    },
  };
}

async function tablesOf(connection: Connection, alias: string): Promise<readonly TableContent[]> {
  const tables: TableContent[] = [];
  for (const table of await connection.catalog.tableNames(DatabaseName(alias))) {
    const definition = await connection.catalog.tableDefinition(table);
    const columns = definition.columns.map((column) => ({ name: column.name, type: String(column.type) }));
    // A damaged block is found only by reading it: count what is not null in every column.
    const counts = columns.map((column) => `count(${escapeName(column.name)})`);
    const row = await connection.queryOne(`SELECT ${['count(*)', ...counts].join(', ')} FROM ${table}`);
    tables.push({ schema: table.schema ?? 'public', name: table.name, columns, rowCount: Number(row[0]) });
  }
  return tables;
}

async function appendTables(connection: Connection, signal: AbortSignal): Promise<void> {
  const targets = await tablesOf(connection, TARGET);
  const sources = await tablesOf(connection, SOURCE);
  const pairs = sources.map((source) => {
    const target = targets.find((candidate) => candidate.schema === source.schema && candidate.name === source.name);
    if (target === undefined || columnList(target) !== columnList(source)) {
      throw new EngineRefusal(`the table ${source.schema}.${source.name} has another schema than the published one`);
    }
    return source;
  });
  await inTransaction(connection, async () => {
    for (const source of pairs) {
      const columns = source.columns.map((column) => escapeName(column.name)).join(', ');
      const into = TableName(TARGET, source.schema, source.name);
      const from = TableName(SOURCE, source.schema, source.name);
      await connection.execute(`INSERT INTO ${into} (${columns}) SELECT ${columns} FROM ${from}`, { signal });
    }
  });
}

async function inTransaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.execute('BEGIN');
  try {
    await work();
    await connection.execute('COMMIT');
  } catch (error) {
    await connection.execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function columnList(table: TableContent): string {
  return table.columns
    .map((column) => JSON.stringify([column.name, column.type]))
    .toSorted()
    .join();
}

async function engineFile(path: string, signal: AbortSignal): Promise<EngineFile> {
  const { size } = await stat(path);
  return { path, sizeBytes: size, sha256: await hashFile(path, signal) };
}

const refusedCodes: ReadonlySet<string> = new Set([
  'HYPER_DATABASE_INVALID',
  'HYPER_QUERY_FAILED',
  'HYPER_VALUE_INVALID',
  'HYPER_TABLE_INVALID',
  'HYPER_TABLE_MISSING',
  'HYPER_DATABASE_MISSING',
]);

/** What the file is to blame for becomes a refusal; the rest stays what it is. */
function refusalOf(error: unknown): unknown {
  if (error instanceof EngineRefusal || !isHyperferryError(error) || !refusedCodes.has(error.code)) return error;
  return new EngineRefusal(withoutPaths(error.message), '400011', { cause: error });
}

/** What the engine said, without the paths of our own files. */
function withoutPaths(message: string): string {
  return message.replace(/^(?:attach|detach|create) \S+: /, '').replaceAll(/\s*\(DatabaseId: [^)]*\)/g, '');
}
