import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { outputError } from '@hyperferry/schema/errors';
import { isAlive } from '@hyperferry/schema/process-alive';

/** Pause between two looks for what killed ones left, in ms. */
const tidyEveryMs = 60_000;

/** A program's folder for temporary files. */
export interface ScratchRoot {
  readonly path: string;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/**
 * A private folder for the temporary files of this worker or command. What others of its kind on this host that were
 * killed left behind in the same place is removed first, and as long as this one runs; the name says whose a folder is.
 * @throws {HyperferryError} OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function createScratchRoot(
  parent: string,
  kind: 'worker' | 'command',
  everyMs = tidyEveryMs,
): Promise<ScratchRoot> {
  // Containers that share a folder have pids of their own: hence the host's name.
  const prefix = `hf-${kind}-${hostname().replaceAll(/[^\w.-]/g, '_')}-`;
  await removeAbandoned(parent, prefix);
  const path = await mkdtemp(join(parent, `${prefix}${process.pid}-`)).catch((error: unknown) => {
    throw outputError(`temporary files in ${parent} (TMPDIR may name another folder)`, error);
  });
  // Nobody may be started in the place of one that was killed.
  const timer = setInterval(() => void removeAbandoned(parent, prefix, path), everyMs);
  timer.unref();
  return {
    path,
    async close() {
      clearInterval(timer);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeAbandoned(parent: string, prefix: string, mine?: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    if (!name.startsWith(prefix) || path === mine) continue;
    const pid = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1]);
    // Another folder with our own pid is of an earlier life.
    if (!Number.isInteger(pid) || (pid !== process.pid && isAlive(pid))) continue;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.uid !== process.getuid?.()) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
