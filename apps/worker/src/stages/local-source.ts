import { join } from 'node:path';

import type { SourceFile } from '@hyperferry/pipeline';
import type { Source } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';

import type { StageServices } from './stage-services.ts';

/**
 * A file on this machine with the bytes of the source: a submitted file comes out of the artifact store with its hash
 * checked; a path of the spec must be below the folders that this worker allows.
 */
export async function localSource(
  source: Source,
  { artifacts, sourceRoots }: Pick<StageServices, 'artifacts' | 'sourceRoots'>,
  scratchDir: string,
  signal: AbortSignal,
): Promise<SourceFile> {
  if (source.kind === 'file') return await checkSourceFile(source.path, { roots: sourceRoots });
  const path = await artifacts.openFile(source.artifact, join(scratchDir, 'source'), { signal });
  return { path, name: source.name };
}
