import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where each version of control groups says what it allows, what is used, and what of that are pages of files. */
const versions = [
  {
    folderOf: (path: string, controllers: string) => (controllers === '' ? join('sys/fs/cgroup', path) : undefined),
    limit: 'memory.max',
    used: 'memory.current',
    filePages: /^(?:in)?active_file (\d+)$/gm,
  },
  {
    folderOf: (path: string, controllers: string) =>
      controllers.split(',').includes('memory') ? join('sys/fs/cgroup/memory', path) : undefined,
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    filePages: /^total_(?:in)?active_file (\d+)$/gm,
  },
] as const;

/**
 * Bytes of memory that are still to be had: by the machine, and by each control group (a container's limit) that this
 * process is in. Undefined where that can't be known: elsewhere than on Linux free pages say little.
 *
 * `process.availableMemory()` counts the pages of files that were read as used. In a container that has read as much as
 * its limit it says that nothing is left, although the kernel gives these pages away as soon as somebody wants them.
 */
export async function availableMemory(root = '/'): Promise<number | undefined> {
  const meminfo = await read(join(root, 'proc/meminfo'));
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  if (kilobytes === undefined) return undefined;
  const ofGroups = await Promise.all((await memoryGroups(root)).map(leftInGroup));
  return Math.min(Number(kilobytes) * 1024, ...ofGroups);
}

interface MemoryGroup {
  readonly folder: string;
  readonly version: (typeof versions)[number];
}

/** The groups of this process and all above them. */
async function memoryGroups(root: string): Promise<MemoryGroup[]> {
  const lines = (await read(join(root, 'proc/self/cgroup'))).split('\n');
  return lines.flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === '') return [];
    return versions.flatMap((version) =>
      withParents(path).flatMap((above) => {
        const folder = version.folderOf(above, controllers);
        return folder === undefined ? [] : [{ folder: join(root, folder), version }];
      }),
    );
  });
}

function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...withParents(parent)];
}

async function leftInGroup({ folder, version }: MemoryGroup): Promise<number> {
  const [limit, used, stat] = await Promise.all(
    [version.limit, version.used, 'memory.stat'].map((name) => read(join(folder, name))),
  );
  // No such group here (a container sees its own as the root), or `max`: no limit.
  if (!/^\d+$/.test(limit ?? '') || !/^\d+$/.test(used ?? '')) return Infinity;
  const filePages = [...(stat ?? '').matchAll(version.filePages)].map(([, bytes]) => Number(bytes));
  return Math.max(0, Number(limit) - Number(used) + filePages.reduce((sum, bytes) => sum + bytes, 0));
}

async function read(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}
