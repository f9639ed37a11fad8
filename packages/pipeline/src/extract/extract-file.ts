import type { Profile } from '@hyperferry/schema';
import type { SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { type ExtractSpecCore, inspectSource } from '../parse/inspect-source.ts';
import { profileInspected } from '../parse/parse.ts';
import { describeExtract, extract, type Extracted } from './extract.ts';
import { loadByGuess } from './load-by-guess.ts';

export interface ExtractFileInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
  readonly outPath: string;
  readonly rejectsPath?: string;
}

/**
 * Parse and extract in one, for `hyperferry extract`, where nobody needs the profile first: in a single pass over the file
 * where its beginning shows what it is and the rest bears that out; otherwise profile first, then load.
 * @throws {SourceError} as `parse` and `extract`
 */
export async function extractFile(
  input: ExtractFileInput,
  context: EngineContext,
): Promise<Extracted & { readonly profile: Profile }> {
  const { spec, file, outPath } = input;
  const inspected = await inspectSource(spec, file, context.signal);
  const proved = inspected.isComplete ? undefined : await loadByGuess(inspected, outPath, context);
  if (proved !== undefined) {
    const rows = { read: proved.rowCount, loaded: proved.rowCount, rejected: 0, filtered: 0 };
    return { ...(await describeExtract(outPath, rows, proved.columns.length, context)), profile: proved };
  }
  const profile = await profileInspected(inspected, context);
  return { ...(await extract({ ...input, profile }, context)), profile };
}
