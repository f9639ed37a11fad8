import type { Profile, RowCounts } from '@hyperferry/schema';
import { changedError, checkUnchanged, readIdentity, SourceError, type SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { toCsvError } from '../parse/csv-error.ts';
import { csvExternal } from '../parse/csv-external.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { valueSql } from './column-sql.ts';
import { loadTable } from './load-table.ts';

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
  const loaded = await loadByProfile(input, context);
  const { sha256 } = await identityTask;
  if (sha256 !== profile.source.sha256) throw changedError(file);
  const rows: RowCounts = { read: profile.rowCount, loaded, rejected: 0, filtered: 0 };
  return await describeExtract(outPath, rows, profile.columns.length, context);
}

/** Size and hash of a finished extract. */
export async function describeExtract(
  outPath: string,
  rows: RowCounts,
  columns: number,
  context: EngineContext,
): Promise<Extracted> {
  context.emit({ state: 'running', rows: rows.loaded });
  const output = await readIdentity({ path: outPath, name: outPath }, { signal: context.signal });
  return { rows, columns, sizeBytes: output.sizeBytes, sha256: output.sha256 };
}

async function loadByProfile({ file, profile, outPath }: ExtractInput, context: EngineContext): Promise<number> {
  const from = csvExternal({ path: file.path, dialect: profile.dialect, columnCount: profile.sourceColumnCount });
  const columns = profile.columns.map((column) => ({ name: column.name, sql: valueSql(column) }));
  try {
    const { rows } = await loadTable({ outPath, columns, from }, context, undefined, (loaded) => {
      if (loaded.rows === profile.rowCount) return;
      throw new SourceError('ROWS_UNACCOUNTED', `"${file.name}": ${profile.rowCount} rows read, ${loaded.rows} loaded`);
    });
    return rows;
  } catch (error) {
    throw toCsvError(
      error,
      file,
      profile.columns.map(({ name }) => name),
    );
  }
}

/** Until rows can be set aside, a value that doesn't fit stops the extract. */
function refuseRejects(profile: Profile): void {
  const column = profile.columns.find(({ rejects }) => rejects > 0);
  if (column === undefined) return;
  throw new SourceError(
    'CSV_VALUE_INVALID',
    `column "${column.name}" of "${profile.source.name}": ${column.rejects} values are not of type ${column.type}`,
    { details: { column: column.name, values: column.rejects } },
  );
}
