import lockfile from 'proper-lockfile';

import { makePrivateFolder } from './cache-folder.ts';
import { cacheWriteError, errnoOf } from './setup-error.ts';

/** How long a dead holder's lock stands; a living one renews it every 2 s. */
const staleMs = 10_000;
const waitMs = 10 * 60_000;

/**
 * Runs `install` while no other set-up of this cache folder does. The lock only saves a second download:
 * installations are put in place by rename, so that a lock taken from a frozen holder harms nothing.
 * @throws {SetupError} SETUP_CACHE_NOT_WRITABLE, and whatever `install` throws
 */
export async function withInstallLock<T>(folder: string, onWait: () => void, install: () => Promise<T>): Promise<T> {
  await makePrivateFolder(folder);
  const options = { stale: staleMs, update: 2_000, onCompromised: () => {}, lockfilePath: `${folder}/.set-up.lock` };
  const release = await acquire(folder, options, onWait);
  try {
    return await install();
  } finally {
    // Already gone if it was taken over.
    await release().catch(() => {});
  }
}

async function acquire(
  folder: string,
  options: lockfile.LockOptions,
  onWait: () => void,
): Promise<() => Promise<void>> {
  try {
    return await lockfile.lock(folder, options);
  } catch (error) {
    if (errnoOf(error) !== 'ELOCKED') throw cacheWriteError(folder, error);
  }
  onWait();
  const retries = { retries: Math.ceil(waitMs / 250), factor: 1, minTimeout: 250, maxTimeout: 250 };
  try {
    return await lockfile.lock(folder, { ...options, retries });
  } catch (error) {
    throw cacheWriteError(folder, error);
  }
}
