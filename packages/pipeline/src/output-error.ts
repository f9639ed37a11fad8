import { HyperferryError } from '@hyperferry/schema/errors';

/**
 * What a failed write of a file is to users; errors that are not of the file system stay as they are.
 * @returns a HyperferryError DISK_FULL or OUTPUT_NOT_WRITABLE, or `error`
 */
export function outputError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const options = { details: { path }, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new HyperferryError('DISK_FULL', `no space left to write ${path}`, options);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EISDIR')
    return new HyperferryError('OUTPUT_NOT_WRITABLE', `cannot write ${path}: ${(error as Error).message}`, options);
  return error;
}
