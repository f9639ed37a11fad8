import { escapeName, TableName, writeDatabaseAtomically } from '@hyperferry/hyper';
import type { Profile, RowCounts } from '@hyperferry/schema';
import { changedError, checkUnchanged, readIdentity, SourceError, type SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { csvExternal } from '../parse/csv-external.ts';
import { toCsvError } from '../parse/csv-error.ts';
import type { ExtractSpecCore } from '../parse/parse.ts';
import { valueSql } from './column-sql.ts';

export interface ExtractInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
  readonly profile: Profile;
  /** The `.hyper` file to write; an old one is replaced in one step. */
  readonly outPath: string;
  /** Where rejected rows go; without it they are only counted. */
  readonly rejectsPath?: string;
}

/** What an extract holds. */
export interface Extracted {
  readonly rows: RowCounts;
  readonly columns: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly rejectsPath?: string;
}

/**
 * The extract stage: loads the file into table "Extract"."Extract" of a new `.hyper` file, by the types of the profile.
 * @throws {SourceError} SOURCE_CHANGED, CSV_VALUE_INVALID, CSV_ROW_RAGGED, ROWS_UNACCOUNTED, …
 */
export async function extract(input: ExtractInput, context: EngineContext): Promise<Extracted> {
  const { file, profile, outPath } = input;
  refuseRejects(profile);
  await checkUnchanged(file, profile.source);
  const identityTask = readIdentity(file, { signal: context.signal });
  identityTask.catch(() => undefined);
  const loaded = await load(input, context);
  const { sha256 } = await identityTask;
  if (sha256 !== profile.source.sha256) throw changedError(file);
  context.emit({ state: 'running', rows: loaded });
  const rows: RowCounts = { read: profile.rowCount, loaded, rejected: 0, filtered: 0 };
  const output = await readIdentity({ path: outPath, name: outPath }, { signal: context.signal });
  return { rows, columns: profile.columns.length, sizeBytes: output.sizeBytes, sha256: output.sha256 };
}

async function load({ file, profile, outPath }: ExtractInput, context: EngineContext): Promise<number> {
  const { signal } = context;
  const from = csvExternal({ path: file.path, dialect: profile.dialect, columnCount: profile.sourceColumnCount });
  const values = profile.columns.map((column) => `${valueSql(column)} AS ${escapeName(column.name)}`);
  return await writeDatabaseAtomically(
    context.engine,
    outPath,
    async (connection, database) => {
      const table = TableName(database.name, 'Extract', 'Extract');
      await connection.execute(`CREATE SCHEMA ${escapeName(database.name)}."Extract"`, { signal });
      try {
        await connection.execute(`CREATE TABLE ${table} AS SELECT ${values.join(', ')} FROM ${from}`, { signal });
      } catch (error) {
        throw toCsvError(
          error,
          file,
          profile.columns.map(({ name }) => name),
        );
      }
      const loaded = Number(await connection.scalar(`SELECT count(*) FROM ${table}`, { signal }));
      if (loaded !== profile.rowCount) {
        throw new SourceError('ROWS_UNACCOUNTED', `"${file.name}": ${profile.rowCount} rows read, ${loaded} loaded`);
      }
      return loaded;
    },
    { signal },
  );
}

/** Until rows can be set aside, a value that doesn't fit stops the extract. */
function refuseRejects(profile: Profile): void {
  const column = profile.columns.find(({ rejects }) => rejects > 0);
  if (column === undefined) return;
  throw new SourceError(
    'CSV_VALUE_INVALID',
    `column "${column.name}" of "${profile.source.name}": ${column.rejects} values are not of type ${column.type}`,
    {
      details: { column: column.name, values: column.rejects },
    },
  );
}
