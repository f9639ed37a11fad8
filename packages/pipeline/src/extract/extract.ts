import type { Profile, RowCounts } from '@hyperferry/schema';
import { isHyperferryError } from '@hyperferry/schema/errors';
import {
  changedError,
  checkStamp,
  checkUnchanged,
  readIdentity,
  SourceError,
  type SourceFile,
  stampFile,
} from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { asWholeFileShows } from '../parse/beginning-refuted.ts';
import { loadingOf } from '../parse/column-facts.ts';
import { toCsvError } from '../parse/csv-error.ts';
import { csvExternal } from '../parse/csv-external.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { separateRecords } from '../parse/separate-records.ts';
import { valueSql } from './column-sql.ts';
import { loadColumns } from './load-columns.ts';
import { loadTable } from './load-table.ts';
import { loadWithRejects } from './load-with-rejects.ts';
import { createRejectsFile, type RejectsFile } from './rejects-file.ts';

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
  /** Set when rows were rejected and written down. */
  readonly rejectsPath?: string;
}

/**
 * The extract stage: loads the file into table "Extract"."Extract" of a new `.hyper` file, by the types of the profile. Rows
 * that don't fit are set aside.
 * @throws {SourceError} SOURCE_CHANGED, CSV_VALUE_INVALID, CSV_ROW_RAGGED, ROWS_UNACCOUNTED, …
 */
export async function extract(input: ExtractInput, context: EngineContext): Promise<Extracted> {
  // What refutes the beginning is found before anything is loaded or set aside.
  return await asWholeFileShows(input.spec, async (spec) => await extractShown({ ...input, spec }, context));
}

async function extractShown(input: ExtractInput, context: EngineContext): Promise<Extracted> {
  const { file, profile, outPath, rejectsPath } = input;
  const stamp = await stampFile(file);
  await checkUnchanged(file, profile.source);
  const identityTask = readIdentity(file, { signal: context.signal });
  identityTask.catch(() => undefined);
  await using rejects = createRejectsFile(rejectsPath, profile.sourceColumns, file.path);
  const proved = async (): Promise<void> => {
    const { sha256 } = await identityTask;
    if (sha256 !== profile.source.sha256) throw changedError(file);
    // The engine has opened the file by its name, and at another time than we.
    await checkStamp(file, stamp);
    await rejects.settle();
  };
  const { loaded, rejected } = await loadByProfile(input, rejects, proved, context);
  const rows = accountOf(profile, loaded, rejected);
  const written = await rejects.finish();
  const described = await describeExtract(outPath, rows, profile.columns.length, context);
  return rejectsPath === undefined || written === 0 ? described : { ...described, rejectsPath };
}

/** Size and hash of a finished extract. */
async function describeExtract(
  outPath: string,
  rows: RowCounts,
  columns: number,
  context: EngineContext,
): Promise<Extracted> {
  context.emit({ state: 'running', rows: rows.loaded });
  const output = await readIdentity({ path: outPath, name: outPath }, { signal: context.signal });
  return { rows, columns, sizeBytes: output.sizeBytes, sha256: output.sha256 };
}

function accountOf({ rowCount, dialect }: Profile, loaded: number, rejected: number): RowCounts {
  const filtered = dialect.footerRows;
  return { read: rowCount + filtered, loaded, rejected, filtered };
}

/** @throws {SourceError} ROWS_UNACCOUNTED when rows were lost or found on the way */
export function checkAccount(rows: RowCounts, sourceName: string): void {
  if (rows.read === rows.loaded + rows.rejected + rows.filtered) return;
  throw new SourceError(
    'ROWS_UNACCOUNTED',
    `"${sourceName}": ${rows.read} rows read, but ${rows.loaded} loaded, ${rows.rejected} rejected, ${rows.filtered} filtered`,
  );
}

/** `beforeCommit` runs when all is loaded and the old extract is still there. */
async function loadByProfile(
  { file, profile, outPath, spec }: ExtractInput,
  rejects: RejectsFile,
  beforeCommit: () => Promise<void>,
  context: EngineContext,
): Promise<{ readonly loaded: number; readonly rejected: number }> {
  const names = profile.columns.map(({ name }) => name);
  const account = async (loaded: number, rejected: number): Promise<void> => {
    checkAccount(accountOf(profile, loaded, rejected), file.name);
    await beforeCommit();
  };
  try {
    if (loadingOf(profile) === 'direct') {
      const from = csvExternal({ path: file.path, dialect: profile.dialect, columnCount: profile.sourceColumnCount });
      const columns = profile.columns.map((column) => ({ name: column.name, sql: valueSql(column) }));
      const { rows } = await loadTable(
        { outPath, columns, from, countsRowsOnly: true },
        context,
        async ({ rows: loaded }) => await account(loaded, 0),
      );
      return { loaded: rows, rejected: 0 };
    }
    return await loadDirty({ file, profile, outPath, spec }, rejects, account, context);
  } catch (error) {
    const known = toCsvError(error, file, names);
    if (isHyperferryError(known) && known.code === 'CSV_ROW_RAGGED' && profile.reading === 'engine')
      throw changedError(file);
    throw known;
  }
}

async function loadDirty(
  { file, profile, outPath, spec }: ExtractInput,
  rejects: RejectsFile,
  account: (loaded: number, rejected: number) => Promise<void>,
  context: EngineContext,
): Promise<{ readonly loaded: number; readonly rejected: number }> {
  const { dialect, encoding, sourceColumnCount, reading } = profile;
  const separated =
    reading === 'engine'
      ? undefined
      : await separateRecords(
          { file, dialect, encoding, width: sourceColumnCount, spec, separation: reading },
          context,
          rejects,
        );
  const source = { file, dialect, columnCount: sourceColumnCount, ...(separated === undefined ? {} : { separated }) };
  let total = 0;
  const { loaded } = await loadWithRejects(
    source,
    loadColumns(profile.columns, spec),
    outPath,
    rejects,
    context,
    async (result) => {
      total = result.rejected + (separated?.malformed ?? 0);
      await account(result.loaded.rows, total);
    },
  );
  return { loaded: loaded.rows, rejected: total };
}
