import type { ColumnProfile, ColumnType, ExtractSpec, Profile } from '@hyperferry/schema';
import { readIdentity, sniffCsv, type SniffedCsv, SourceError, type SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { decideColumn, type ColumnDecision } from '../typing/decide-column.ts';
import { forceColumn } from '../typing/force-column.ts';
import { countSample } from './count-columns.ts';
import { countWholeFile } from './count-whole-file.ts';
import { findColumn, selectColumns, type SelectedColumn } from './select-columns.ts';

/** The part of a spec that decides the extract, whatever the source. */
export type ExtractSpecCore = Omit<ExtractSpec, 'source'>;

export interface ParseInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
}

/** Share of a column's values that may not fit its type; more, and it is text. */
const TOLERANCE = 0;

/**
 * The parse stage: how the file is written, what its columns are, from all of its rows, and the identity of its bytes.
 * @throws {SourceError} SOURCE_EMPTY, SOURCE_NO_ROWS, SOURCE_BINARY, SOURCE_CHANGED, COLUMN_UNKNOWN, CSV_ROW_RAGGED, …
 */
export async function parse({ spec, file }: ParseInput, context: EngineContext): Promise<Profile> {
  const sniffed = await sniffCsv(file, {}, { signal: context.signal });
  const columns = selectColumns(sniffed.columns, spec.columns, file.name);
  const types = typesByColumn(sniffed, spec, file.name);
  const identityTask = readIdentity(file, {
    signal: context.signal,
    onBytes: (bytes) => context.emit({ state: 'running', bytes, totalBytes: sniffed.sizeBytes }),
  });
  // Awaited below; a failure of the scan must not leave it without anybody who listens.
  identityTask.catch(() => undefined);
  const { rowCount, counts } = await countAll(sniffed, columns, file, context);
  const source = await identityTask;
  if (rowCount === 0 && !spec.allowEmpty)
    throw new SourceError('SOURCE_NO_ROWS', `"${file.name}" has a header but no rows`);
  const decisions = columns.map((column, at) => decide(counts[at]!, types.get(column.name)));
  return {
    version: 1,
    source,
    encoding: sniffed.encoding,
    dialect: sniffed.dialect,
    confidence: sniffed.confidence,
    rowCount,
    columns: columns.map((column, at) => columnProfile(column, counts[at]!, decisions[at]!)),
    sourceColumnCount: sniffed.columns.length,
    warnings: [...sniffed.warnings, ...columns.flatMap((column, at) => warningsOf(column, decisions[at]!))],
  };
}

async function countAll(
  sniffed: SniffedCsv,
  columns: readonly SelectedColumn[],
  file: SourceFile,
  context: EngineContext,
): Promise<{ rowCount: number; counts: readonly ColumnCounts[] }> {
  const sample = countSample(sniffed, columns);
  // Ragged rows are for the engine to find, with their numbers.
  const isRegular = sniffed.sample.every((record) => record.length === sniffed.columns.length);
  if (sniffed.isWhole && isRegular) return { rowCount: sniffed.sample.length, counts: sample };
  return await countWholeFile(sniffed, columns, sample, file, context);
}

function decide(counts: ColumnCounts, given: ColumnType | undefined): ColumnDecision {
  return given === undefined ? decideColumn(counts, { tolerance: TOLERANCE }) : forceColumn(counts, given);
}

/** @throws {SourceError} COLUMN_UNKNOWN when a type is given to a column that isn't there */
function typesByColumn(sniffed: SniffedCsv, spec: ExtractSpecCore, sourceName: string): Map<string, ColumnType> {
  const all = selectColumns(sniffed.columns, undefined, sourceName);
  return new Map(Object.entries(spec.types).map(([name, type]) => [findColumn(all, name, sourceName).name, type]));
}

function columnProfile(column: SelectedColumn, counts: ColumnCounts, decision: ColumnDecision): ColumnProfile {
  return {
    name: column.name,
    ...(column.sourceName === column.name ? {} : { sourceName: column.sourceName }),
    position: column.index + 1,
    type: decision.type,
    reason: decision.reason,
    kind: decision.kind.id,
    cellKinds: [...decision.kindsSeen],
    nulls: decision.nulls,
    hasNullTokens: decision.hasNullTokens,
    rejects: decision.bad,
    maxBytes: counts.maxBytes,
  };
}

function warningsOf(column: SelectedColumn, decision: ColumnDecision): string[] {
  return decision.warning === undefined ? [] : [`column "${column.name}": ${decision.warning}`];
}
