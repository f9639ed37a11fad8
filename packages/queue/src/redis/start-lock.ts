import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { isAlive } from '@hyperferry/schema/process-alive';

/** Longer than any start takes. */
const longestHoldMs = 120_000;

/**
 * Runs an action while holding a lock file: two servers must never write the same append-only files. The file names
 * its holder's pid, so the lock of a killed holder is taken over.
 */
export async function withStartLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
): Promise<T> {
  while (!(await tryLock(path))) {
    await sleep(25, undefined, { signal });
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = await readFile(path, 'utf8').catch(() => '');
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  // An old lock whose number lives belongs to another program: after a restart numbers come again.
  if ((holder !== '' && !isAlive(Number(holder))) || age > longestHoldMs) {
    // Renamed first: of two that see the dead holder, only one removes its file.
    const stale = `${path}.${process.pid}`;
    await rename(path, stale).catch(() => {});
    await rm(stale, { force: true });
  }
  return false;
}
