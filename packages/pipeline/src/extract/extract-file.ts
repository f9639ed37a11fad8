import { stat } from 'node:fs/promises';

import type { SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { asWholeFileShows } from '../parse/beginning-refuted.ts';
import type { SeenProfile } from '../parse/build-profile.ts';
import { type ExtractSpecCore, type InspectedSource, inspectSource } from '../parse/inspect-source.ts';
import { profileInspected } from '../parse/parse.ts';
import { separateInput, separateRecords, type Separation, separationAfter } from '../parse/separate-records.ts';
import { extract, type Extracted } from './extract.ts';
import { loadByGuess } from './load-by-guess.ts';
import { loadChecked } from './load-checked.ts';
import type { ProvedLoad } from './proved-counts.ts';
import { createRejectsFile, type RejectsFile } from './rejects-file.ts';

export interface ExtractFileInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
  readonly outPath: string;
  readonly rejectsPath?: string;
}

/** What was loaded, and what the file was taken for; of its bytes no hash is needed. */
export type ExtractedFile = Omit<Extracted, 'sha256'> & { readonly profile: SeenProfile };

/**
 * Parse and extract in one, for `hyperferry extract`, where nobody needs the profile first: in a single pass over the file
 * where its beginning shows what it is and the rest bears that out; otherwise profile first, then load.
 * @throws {SourceError} as `parse` and `extract`
 */
export async function extractFile(input: ExtractFileInput, context: EngineContext): Promise<ExtractedFile> {
  return await asWholeFileShows(input.spec, async (spec) => await extractShown({ ...input, spec }, context));
}

async function extractShown(input: ExtractFileInput, context: EngineContext): Promise<ExtractedFile> {
  const { spec, file, outPath, rejectsPath } = input;
  const inspected = await inspectSource(spec, file, context.signal);
  if (!inspected.isComplete) {
    await using rejects = createRejectsFile(
      rejectsPath,
      inspected.sniffed.columns.map(({ name }) => name),
      file.path,
    );
    const proved = await loadInOnePass(inspected, outPath, rejects, context);
    if (proved !== undefined) {
      const written = await rejects.finish();
      const { rows, profile } = proved;
      const { size } = await stat(outPath);
      const where = rejectsPath === undefined || written === 0 ? {} : { rejectsPath };
      return { rows, columns: profile.columns.length, sizeBytes: size, ...where, profile };
    }
  }
  const profile = await profileInspected(inspected, context);
  return { ...(await extract({ ...input, profile }, context)), profile };
}

/** By the types that the beginning shows; undefined when the rest does not bear them out. */
async function loadInOnePass(
  inspected: InspectedSource,
  outPath: string,
  rejects: RejectsFile,
  context: EngineContext,
): Promise<ProvedLoad | undefined> {
  let separation: Separation | undefined = 'text';
  if (inspected.sniffed.isPlainText) {
    try {
      return await loadChecked(inspected, outPath, rejects, context);
    } catch (error) {
      separation = separationAfter(error);
      if (separation === undefined) throw error;
      if (!inspected.sniffed.isPlain) separation = 'text';
    }
  }
  const separated = await separateRecords(separateInput(inspected, separation), context, rejects);
  return await loadByGuess(inspected, outPath, rejects, context, separated);
}
