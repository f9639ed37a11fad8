import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { SourceError } from '../errors.ts';
import type { SourceFile } from './check-source-file.ts';

/**
 * Opens a file that was there when it was checked.
 * @throws {SourceError} SOURCE_CHANGED when it is gone, SOURCE_NOT_READABLE
 */
export async function openSource(file: SourceFile): Promise<FileHandle> {
  try {
    return await open(file.path, 'r');
  } catch (error) {
    throw asSourceError(error, file);
  }
}

/**
 * The same as a stream of its bytes.
 * @throws {SourceError} SOURCE_CHANGED when it is gone, SOURCE_NOT_READABLE
 */
export async function* streamSource(
  file: SourceFile,
  options: { readonly highWaterMark: number; readonly signal?: AbortSignal },
): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file.path, options) as AsyncIterable<Buffer>;
  } catch (error) {
    throw asSourceError(error, file);
  }
}

/** What the system says about a file that can't be opened or read, in our words; other errors as they are. */
export function asSourceError(error: unknown, file: SourceFile): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESTALE')
    return new SourceError('SOURCE_CHANGED', `"${file.name}" was removed while it was read`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new SourceError('SOURCE_NOT_READABLE', `"${file.name}" may not be read any more`, { cause: error });
  return error;
}
