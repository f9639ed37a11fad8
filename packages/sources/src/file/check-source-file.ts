import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';

import { SourceError } from '../errors.ts';

/** A file that may be read: it exists, is regular, readable and, where roots are given, inside one of them. */
export interface SourceFile {
  /** Absolute real path: the only form that is ever handed to the engine. */
  readonly path: string;
  /** The name that the user knows, for messages and the profile. */
  readonly name: string;
}

export interface CheckSourceFileOptions {
  /** Folders that the file must be in, symbolic links resolved. Absent: anywhere. Empty: nowhere. */
  readonly roots?: readonly string[];
  /** Shown instead of the file's own name. */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/**
 * Checks a path before anything else touches it.
 * @throws {SourceError} SOURCE_NOT_FOUND, SOURCE_NOT_A_FILE, SOURCE_NOT_READABLE, SOURCE_NOT_ALLOWED
 */
export async function checkSourceFile(path: string, options: CheckSourceFileOptions = {}): Promise<SourceFile> {
  options.signal?.throwIfAborted();
  if (path.includes('\0')) throw new SourceError('SOURCE_NOT_FOUND', 'a path has no NUL character');
  const real = await resolveFile(path, options.roots !== undefined);
  if (options.roots !== undefined && !(await isInside(real, options.roots))) {
    throw new SourceError('SOURCE_NOT_ALLOWED', `"${path}" is not below a folder that this worker may read from`);
  }
  const info = await stat(real);
  if (!info.isFile()) {
    throw new SourceError('SOURCE_NOT_A_FILE', `"${path}" is ${info.isDirectory() ? 'a folder' : 'a device or pipe'}`);
  }
  await checkReadable(path, real);
  options.signal?.throwIfAborted();
  return { path: real, name: options.name ?? basename(path) };
}

async function resolveFile(path: string, restricted: boolean): Promise<string> {
  try {
    return await realpath(resolve(path));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    // Where roots restrict the reader, what exists outside of them is nobody's business: say nothing but "not found".
    if (reason === 'EACCES' && !restricted) {
      throw new SourceError('SOURCE_NOT_READABLE', `a folder on the way to "${path}" may not be entered`, {
        cause: error,
      });
    }
    throw new SourceError('SOURCE_NOT_FOUND', `"${path}" does not exist`, { cause: error });
  }
}

async function checkReadable(path: string, real: string): Promise<void> {
  try {
    await access(real, constants.R_OK);
    await (await open(real, 'r')).close();
  } catch (error) {
    throw new SourceError('SOURCE_NOT_READABLE', `"${path}" may not be read`, { cause: error });
  }
}

async function isInside(real: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    const realRoot = await realpath(resolve(root)).catch(() => undefined);
    if (realRoot === undefined) continue;
    if (real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) return true;
  }
  return false;
}
