import { stat } from 'node:fs/promises';

import type { HyperProcess } from '@hyperferry/hyper';
import { isVersionAtLeast, type ServerInfo, TableauError } from '@hyperferry/tableau';

import { readExtractHeader, tooOldFor } from './extract-header.ts';

export interface PreflightInput {
  readonly path: string;
  readonly sizeBytes: number;
  readonly server: Pick<ServerInfo, 'productVersion' | 'apiVersion'>;
  /** Looks into the file as well. Not needed for an extract of our own extract stage. */
  readonly engine?: HyperProcess | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds, before anything is sent, what the server would answer with 400011 and no reason: a file that is cut off or no
 * Hyper file, a file format or a number of tables that the server is too old for.
 * @returns warnings
 * @throws {TableauError} TABLEAU_FILE_CHANGED, TABLEAU_EXTRACT_UNFIT
 */
export async function preflight(input: PreflightInput): Promise<string[]> {
  const { path, sizeBytes, server } = input;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== sizeBytes) {
    throw new TableauError(
      'TABLEAU_FILE_CHANGED',
      `the extract ${path} has ${found?.size ?? 'no'} bytes instead of ${sizeBytes}; nothing was published`,
    );
  }
  const header = await readExtractHeader(path);
  if (!header.isHyper) throw unfit(`${path} is not a Hyper file: its first bytes say something else`);
  const needed = tooOldFor(header.databaseVersion, server.productVersion);
  if (needed !== undefined) {
    throw unfit(
      `the extract has file format ${header.databaseVersion}, which needs Tableau ${needed}; this server is ${server.productVersion}. Numbers with more than 18 digits are the usual reason`,
    );
  }
  return input.engine === undefined ? [] : checkTables(input, input.engine);
}

async function checkTables(input: PreflightInput, engine: HyperProcess): Promise<string[]> {
  const { path, server, signal } = input;
  await using connection = await engine.connect(signal === undefined ? {} : { signal });
  const database = await connection.attach(path, 'db').catch((error: unknown) => {
    throw unfit(`${path} cannot be opened by the engine: it is damaged, cut off, or in use`, error);
  });
  const tables = await connection.catalog.tableNames(database);
  await connection.detach(database);
  const names = tables.map((table) => `"${table.schema}"."${table.name}"`);
  if (tables.length === 0) throw unfit(`${path} has no table`);
  if (tables.length > 1 && !isVersionAtLeast(server.apiVersion, '3.14')) {
    throw unfit(
      `${path} has ${tables.length} tables (${names.join(', ')}); Tableau before 2021.4 publishes a .hyper with one table only`,
    );
  }
  const warnings: string[] = [];
  if (tables.length > 1) {
    warnings.push(
      `the extract has ${tables.length} tables: Tableau relates them only by assumed keys, else it refuses`,
    );
  }
  if (!tables.some((table) => table.schema === 'Extract')) {
    warnings.push(`no table is in the schema "Extract" (${names.join(', ')}): older servers refuse such a file`);
  }
  return warnings;
}

function unfit(message: string, cause?: unknown): TableauError {
  return new TableauError('TABLEAU_EXTRACT_UNFIT', `${message}; nothing was published`, { cause });
}
