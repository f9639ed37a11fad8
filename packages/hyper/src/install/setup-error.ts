import { HyperferryError } from '@hyperferry/schema/errors';

/** Why set-up could not put a part in place. The message ends with what was seen, `next` says what to type. */
export class SetupError extends HyperferryError {
  override readonly name = 'SetupError';
}

const notWritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP']);

/** A failed write below the cache folder as an error that names the folder and the variable that moves it. */
export function cacheWriteError(folder: string, cause: unknown): SetupError {
  const code = errnoOf(cause);
  const detail = code ?? (cause instanceof Error ? cause.message : String(cause));
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SetupError('DISK_FULL', `no space left in ${folder} (${detail})`, { cause });
  }
  if (code !== undefined && !notWritable.has(code)) {
    return new SetupError('SETUP_CACHE_NOT_WRITABLE', `cannot use the cache folder ${folder} (${detail})`, { cause });
  }
  return new SetupError('SETUP_CACHE_NOT_WRITABLE', `cannot write to the cache folder ${folder} (${detail})`, {
    cause,
  });
}

/** The system's error name (`EACCES`) of a thrown value, if it has one. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
