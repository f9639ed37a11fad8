import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * A private folder for the temporary files of this worker. What workers of this host that were killed left behind in the
 * same place is removed first; the name says whose a folder is.
 */
export async function createScratchRoot(parent: string): Promise<string> {
  // Containers that share a folder have pids of their own: hence the host's name.
  const prefix = `hf-worker-${hostname().replaceAll(/[^\w.-]/g, '_')}-`;
  await removeAbandoned(parent, prefix);
  return await mkdtemp(join(parent, `${prefix}${process.pid}-`));
}

async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1]);
    // A folder with our own pid is of an earlier life: ours is not there yet.
    if (!Number.isInteger(pid) || (pid !== process.pid && isAlive(pid))) continue;
    const path = join(parent, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.uid !== process.getuid?.()) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
