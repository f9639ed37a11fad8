import type { Connection } from '@hyperferry/hyper';
import type { Cell, SniffedCsv, SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { type CsvExternal, csvExternal } from '../parse/csv-external.ts';
import { classifyCell, NULL_KIND } from '../typing/classify-cell.ts';
import { fitsCell } from '../typing/fits-cell.ts';
import { kindsOfGiven } from '../typing/given-kinds.ts';
import { fitsSql, type GuessedColumn, valueOfFittingSql } from '../typing/guard-sql.ts';
import { type LoadedTable, loadTable } from './load-table.ts';
import { type NumberedCount, numberRecords } from '../parse/number-records.ts';
import { readChunks } from '../parse/read-chunks.ts';
import type { SeparatedRecords } from '../parse/separate-records.ts';
import { misfitReason, type RejectsFile } from './rejects-file.ts';

/** A column to load, and how. */
export interface LoadColumn extends GuessedColumn {
  readonly name: string;
  /** Position in the source, from 0. */
  readonly index: number;
  /** A value that doesn't fit makes its cell NULL instead of setting the row aside. */
  readonly nullsBadValues: boolean;
}

/** Where the records come from. */
export interface LoadSource {
  readonly file: SourceFile;
  readonly dialect: Pick<SniffedCsv['dialect'], 'delimiter' | 'quote' | 'headerRows'>;
  readonly columnCount: number;
  /** A copy in which only proper records are left; absent when the engine can read the file itself. */
  readonly separated?: SeparatedRecords;
}

/** What was loaded and what was not. */
export interface LoadedWithRejects {
  readonly loaded: LoadedTable;
  /** Data records that were read, as counted on our side; undefined when the copy was counted before. */
  readonly records: number | undefined;
  readonly rejected: number;
  /** Cells of each column that don't fit, by the kind that they are of; those loaded as NULL as well. */
  readonly rejectedKinds: ReadonlyMap<LoadColumn, Readonly<Record<string, number>>>;
}

/**
 * Loads the rows whose cells all fit and, at the same time over a second connection, finds the others with their lines. Both
 * use the same conditions, so that a row is in exactly one of the two. Rows that are loaded without their bad values are told
 * to `rejects`, too, and not counted as rejected.
 */
export async function loadWithRejects(
  source: LoadSource,
  columns: readonly LoadColumn[],
  outPath: string,
  rejects: Pick<RejectsFile, 'add'>,
  context: EngineContext,
  beforeCommit?: (result: LoadedWithRejects) => Promise<void>,
): Promise<LoadedWithRejects> {
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  const inner = { ...context, signal };
  const judged = columns.filter((column) => column.type !== 'text' && !column.nullsBadValues);
  const conditions = judged.map((column) => fitsSql(`c${column.index}`, column));
  const fits = conditions.length === 0 ? 'true' : conditions.join(' AND ');
  const values = columns.map((column) => ({ name: column.name, sql: valueOfFittingSql(`c${column.index}`, column) }));
  const from = `${csvExternal(goodSource(source))} WHERE ${fits}`;
  const nulled = columns.filter((column) => column.type !== 'text' && column.nullsBadValues);
  const find = findRejects(source, { judged, fits, nulled }, rejects, inner);
  find.catch(() => undefined);
  const load = loadTable({ outPath, columns: values, from }, inner, async (loaded) => {
    // The table is kept only when the other half is known: together they must be all there is.
    await beforeCommit?.({ loaded, ...(await find) });
  });
  // The first failure ends both; the other one then fails of it, which nobody needs to hear.
  const stop = (error: unknown): never => {
    abort.abort(error);
    throw error;
  };
  const [loaded, found] = await Promise.all([load.catch(stop), find.catch(stop)]).finally(async () => {
    await Promise.allSettled([load, find]);
  });
  return { loaded, ...found };
}

function goodSource({ file, dialect, columnCount, separated }: LoadSource): CsvExternal {
  if (separated === undefined) return { path: file.path, dialect, columnCount };
  return { path: separated.path, dialect: separated.dialect, columnCount, isNumbered: true };
}

/** What is looked for. */
interface Judgement {
  /** Columns whose bad values keep a row from being loaded, and the condition under which it is. */
  readonly judged: readonly LoadColumn[];
  readonly fits: string;
  /** Columns whose bad values become NULL. */
  readonly nulled: readonly LoadColumn[];
}

async function findRejects(
  source: LoadSource,
  judgement: Judgement,
  rejects: Pick<RejectsFile, 'add'>,
  context: EngineContext,
): Promise<Omit<LoadedWithRejects, 'loaded'>> {
  const { judged, nulled } = judgement;
  await using connection = await context.engine.connect({ signal: context.signal });
  const records = await fillRejects(connection, source, judgement, context);
  const rejectedKinds = new Map<LoadColumn, Record<string, number>>(
    [...judged, ...nulled].map((column) => [column, {}]),
  );
  let rejected = 0;
  const rows = connection.stream('SELECT * FROM rejects ORDER BY record_number', { signal: context.signal });
  for await (const [isLoaded, line, record, ...cells] of rows) {
    const cellOf = ({ index }: LoadColumn): Cell => (cells[index] ?? null) as Cell;
    const asked = isLoaded === true ? nulled : judged;
    const bad = asked.filter((column) => !fitsCell(cellOf(column), column));
    // Nothing but blanks is no value that could be lost.
    if (isLoaded === true && nulled.every((column) => classifyCell(cellOf(column)) === NULL_KIND)) continue;
    if (isLoaded !== true) rejected += 1;
    for (const column of bad) {
      const kind = classifyCell(cellOf(column), column.isGiven === true ? kindsOfGiven(column.type) : []);
      const kinds = rejectedKinds.get(column)!;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    await rejects.add({
      line: Number(line),
      record: Number(record),
      columns: bad.map(({ name }) => name),
      values: bad.map(({ index }) => String(cells[index] ?? '')),
      reason: misfitReason(bad, isLoaded === true),
      cells: cells as Cell[],
    });
  }
  return { records, rejected, rejectedKinds };
}

/** Puts the rows that don't fit, and whether they are loaded all the same, into a temporary table; returns the number of records when we counted them on the way. */
async function fillRejects(
  connection: Connection,
  source: LoadSource,
  { fits, nulled }: Judgement,
  { signal }: EngineContext,
): Promise<number | undefined> {
  const { file, dialect, columnCount, separated } = source;
  const external = csvExternal({
    ...(separated === undefined ? {} : { path: separated.path }),
    dialect: { ...(separated?.dialect ?? dialect), headerRows: 0 },
    columnCount,
    isNumbered: true,
  });
  const all = [fits, ...nulled.map((column) => fitsSql(`c${column.index}`, column))].join(' AND ');
  const isLoaded = nulled.length === 0 ? 'false' : `(${fits})`;
  const sql = `CREATE TEMPORARY TABLE rejects AS SELECT ${isLoaded} AS is_loaded, * FROM ${external} WHERE NOT (${all})`;
  if (separated !== undefined) {
    await connection.execute(sql, { signal });
    return undefined;
  }
  const count: NumberedCount = { records: 0, malformed: 0 };
  const options = {
    sourceName: file.name,
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    width: columnCount,
    headerRows: dialect.headerRows,
  };
  // A malformed record would have failed the load beside us already.
  const numbered = numberRecords(readChunks(file, signal), { ...options, onMalformed() {} }, count);
  await connection.stdin(sql, numbered, { signal });
  return count.records;
}
