import type { Profile } from '@hyperferry/schema';
import { readIdentity, SourceError, type SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { buildProfile } from './build-profile.ts';
import { countWholeFile } from './count-whole-file.ts';
import { type ExtractSpecCore, type InspectedSource, inspectSource } from './inspect-source.ts';

export interface ParseInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
}

/**
 * The parse stage: how the file is written, what its columns are, from all of its rows, and the identity of its bytes.
 * @throws {SourceError} SOURCE_EMPTY, SOURCE_NO_ROWS, SOURCE_BINARY, SOURCE_CHANGED, COLUMN_UNKNOWN, CSV_ROW_RAGGED, …
 */
export async function parse({ spec, file }: ParseInput, context: EngineContext): Promise<Profile> {
  return await profileInspected(await inspectSource(spec, file, context.signal), context);
}

/** The parse stage for a file whose beginning has been looked at. */
export async function profileInspected(inspected: InspectedSource, context: EngineContext): Promise<Profile> {
  const { file, sniffed, spec } = inspected;
  const identityTask = readIdentity(file, {
    signal: context.signal,
    onBytes: (bytes) => context.emit({ state: 'running', bytes, totalBytes: sniffed.sizeBytes }),
  });
  // Awaited below; a failure of the scan must not leave it without anybody who listens.
  identityTask.catch(() => undefined);
  const { rowCount, counts } = inspected.isComplete
    ? { rowCount: sniffed.sample.length, counts: inspected.sample }
    : await countWholeFile(inspected, context);
  const source = await identityTask;
  if (rowCount === 0 && !spec.allowEmpty) {
    throw new SourceError('SOURCE_NO_ROWS', `"${file.name}" has a header but no rows`);
  }
  return buildProfile(inspected, source, rowCount, counts);
}
