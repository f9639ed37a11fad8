import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { cacheWriteError, errnoOf } from './setup-error.ts';

/** A temporary folder as old as this belongs to a set-up that was killed: no installation takes as long. */
const abandonedAfterMs = 30 * 60_000;

/**
 * Makes a folder of the cache, with its parents, readable by nobody else.
 * @throws {SetupError} SETUP_CACHE_NOT_WRITABLE, DISK_FULL
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    // An existing folder may be from a time with a looser umask; one that isn't ours stays as it is.
    if (made === undefined && (await stat(folder)).uid === process.getuid?.()) await chmod(folder, 0o700);
  } catch (error) {
    throw cacheWriteError(folder, await realReason(folder, error));
  }
}

/** mkdir with `recursive` says ENOENT where a parent is on a read-only file system: asks the parent itself. */
async function realReason(folder: string, reported: unknown): Promise<unknown> {
  for (let parent = dirname(folder); errnoOf(reported) === 'ENOENT'; parent = dirname(parent)) {
    try {
      await access(parent, constants.W_OK);
      return reported;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') return error;
    }
  }
  return reported;
}

/**
 * Fills a temporary folder beside `folder`, then puts it in place by one rename: readers see all of it or nothing.
 * If another set-up was faster, its result stays. What killed set-ups left beside it is removed.
 * @throws {SetupError} SETUP_CACHE_NOT_WRITABLE, DISK_FULL, and whatever `fill` throws
 */
export async function installFolder(
  folder: string,
  isComplete: () => boolean,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(folder);
  const prefix = `.${basename(folder)}.tmp-`;
  await makePrivateFolder(parent);
  await removeAbandoned(parent, prefix);
  const temporary = await mkdtemp(join(parent, prefix)).catch((error: unknown) => {
    throw cacheWriteError(parent, error);
  });
  try {
    await fill(temporary);
    await putInPlace(temporary, folder, isComplete);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function putInPlace(temporary: string, folder: string, isComplete: () => boolean): Promise<void> {
  try {
    await rename(temporary, folder);
    return;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw cacheWriteError(folder, error);
  }
  if (isComplete()) return;
  // A damaged installation: moved away first, since a folder can't be renamed over one with content.
  const damaged = await mkdtemp(`${temporary}-`);
  try {
    await rename(folder, join(damaged, 'damaged'));
    await rename(temporary, folder);
  } catch (error) {
    if (!isComplete()) throw cacheWriteError(folder, error);
  } finally {
    await rm(damaged, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}
