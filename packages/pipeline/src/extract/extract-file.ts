import type { Profile } from '@hyperferry/schema';
import type { SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { type ExtractSpecCore, parse } from '../parse/parse.ts';
import { extract, type Extracted } from './extract.ts';

export interface ExtractFileInput {
  readonly spec: ExtractSpecCore;
  readonly file: SourceFile;
  readonly outPath: string;
  readonly rejectsPath?: string;
}

/** Parse and extract in one: for `hyperferry extract`, where nobody needs the profile first. @throws {SourceError} as `parse` and `extract` */
export async function extractFile(
  input: ExtractFileInput,
  context: EngineContext,
): Promise<Extracted & { readonly profile: Profile }> {
  const profile = await parse(input, context);
  const extracted = await extract({ ...input, profile }, context);
  return { ...extracted, profile };
}
