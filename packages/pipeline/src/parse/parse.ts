import type { Profile, SourceIdentity } from '@hyperferry/schema';
import { isHyperferryError } from '@hyperferry/schema/errors';
import { checkStamp, readIdentity, SourceError, type SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { asWholeFileShows } from './beginning-refuted.ts';
import { buildProfile } from './build-profile.ts';
import { createTextCheck } from './check-text.ts';
import { withMisfits } from './count-misfits.ts';
import { countWholeFile, sourceSql, type WholeCounts } from './count-whole-file.ts';
import { type ExtractSpecCore, type InspectedSource, inspectSource } from './inspect-source.ts';
import {
  separateInput,
  separateRecords,
  type SeparatedRecords,
  type Separation,
  separationAfter,
} from './separate-records.ts';

export interface ParseInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
}

/**
 * The parse stage: how the file is written, what its columns are, from all of its rows, and the identity of its bytes.
 * @throws {SourceError} SOURCE_EMPTY, SOURCE_NO_ROWS, SOURCE_BINARY, SOURCE_CHANGED, COLUMN_UNKNOWN, CSV_ROW_RAGGED, …
 */
export async function parse({ spec, file }: ParseInput, context: EngineContext): Promise<Profile> {
  return await asWholeFileShows(
    spec,
    async (shown) => await profileInspected(await inspectSource(shown, file, context.signal), context),
  );
}

/** The parse stage for a file whose beginning has been looked at, and whose records may have been put in order. */
export async function profileInspected(
  inspected: InspectedSource,
  context: EngineContext,
  separated?: SeparatedRecords,
): Promise<Profile> {
  const { file, sniffed, spec } = inspected;
  const readsItself = sniffed.isPlain && separated === undefined;
  const identify = async (checksText: boolean): Promise<SourceIdentity> =>
    await readIdentity(file, {
      signal: context.signal,
      onBytes: (bytes) => context.emit({ state: 'running', bytes, totalBytes: sniffed.sizeBytes }),
      ...(checksText ? { onChunk: createTextCheck(sniffed.dialect, file.name) } : {}),
    });
  const abort = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, abort.signal]) };
  const identityTask = identify(readsItself);
  // The engine would hold a record without end in memory until that runs out.
  identityTask.catch((error: unknown) => {
    if (isHyperferryError(error) && error.code === 'CSV_RECORD_TOO_LONG') abort.abort(error);
  });
  let counted = await countAll(inspected, inner, separated).catch((error: unknown) => {
    if (abort.signal.aborted && !context.signal.aborted) return undefined;
    throw error;
  });
  let source: SourceIdentity | undefined;
  try {
    source = await identityTask;
  } catch (error) {
    if (separationAfter(error) === undefined) throw error;
  }
  if (source === undefined || counted === undefined) {
    // The engine has read the file, but not what stands in it: quotes in the middle of cells are lost to it, and NULs are not.
    // So it is with the splitter of bytes, which may have been called for another reason first.
    if (counted?.separated?.separation !== 'text') {
      const given = await separateRecords(separateInput(inspected, 'text'), context);
      counted = await countAll({ ...inspected, isComplete: false }, context, given);
    }
    source = await identify(false);
  }
  await checkStamp(file, inspected.stamp);
  const rowCount = counted.rowCount + (counted.separated?.malformed ?? 0);
  if (rowCount === 0 && !spec.allowEmpty) {
    throw new SourceError('SOURCE_NO_ROWS', `"${file.name}" has a header but no rows`);
  }
  const from = counted.isSample === true ? undefined : sourceSql(inspected, counted.separated);
  const counts = await withMisfits(inspected, counted.counts, context, from);
  return buildProfile(inspected, source, rowCount, counts, counted.separated);
}

interface Counted extends WholeCounts {
  readonly separated?: SeparatedRecords | undefined;
  /** The sample is all there is. */
  readonly isSample?: boolean;
}

async function countAll(
  inspected: InspectedSource,
  context: EngineContext,
  given: SeparatedRecords | undefined,
): Promise<Counted> {
  if (inspected.isComplete)
    return { rowCount: inspected.sniffed.sample.length, counts: inspected.sample, isSample: true };
  const separate = async (separation: Separation): Promise<Counted> => {
    const separated = await separateRecords(separateInput(inspected, separation), context);
    return { ...(await countWholeFile(inspected, context, separated)), separated };
  };
  if (given !== undefined) return { ...(await countWholeFile(inspected, context, given)), separated: given };
  if (!inspected.sniffed.isPlain) return await separate('text');
  try {
    return await countWholeFile(inspected, context);
  } catch (error) {
    const separation = separationAfter(error);
    if (separation === undefined) throw error;
    return await separate(separation).catch(async (second: unknown) => {
      // What stopped the engine first need not be all: the text layer reads anything.
      if (separation === 'text' || separationAfter(second) !== 'text') throw second;
      return await separate('text');
    });
  }
}
