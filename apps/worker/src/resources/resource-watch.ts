import { statfs } from 'node:fs/promises';

import type { Resource } from '@hyperferry/queue';
import { errorCodeEntry, type Logger, type Stage } from '@hyperferry/schema';

import { availableMemory } from './available-memory.ts';

/** What must be free for a stage to begin, in bytes; 0 switches the check off. */
export interface ResourceFloors {
  readonly diskBytes: number;
  readonly memoryBytes: number;
}

export interface ResourceWatchOptions {
  readonly floors: ResourceFloors;
  /** The folder of temporary files. */
  readonly scratchRoot: string;
  /** The folder of the artifact store; undefined for a store elsewhere, whose artifacts are copied to the scratch folder. */
  readonly artifactFolder: string | undefined;
  readonly logger: Logger;
}

/** Looks whether there is the disk and memory that stages need. */
export interface ResourceWatch {
  /** Looks now. @returns the stages that can't begin; never rejects */
  refusedStages(): Promise<readonly Stage[]>;
  /** What there was too little of at the last look. */
  shortOf(): readonly Resource[];
}

interface Shortage {
  readonly of: Resource;
  readonly freeBytes: number;
  readonly floorBytes: number;
  readonly where: string;
}

/** What is short must be free by so much more than the floor, or each file that comes and goes would be told. */
const ENOUGH_AGAIN = 1.05;

const codes = { disk: 'WORKER_SHORT_OF_DISK', memory: 'WORKER_SHORT_OF_MEMORY' } as const;
const variables = { disk: 'HYPERFERRY_MIN_FREE_DISK', memory: 'HYPERFERRY_MIN_FREE_MEMORY' } as const;

export function createResourceWatch(options: ResourceWatchOptions): ResourceWatch {
  const { floors, scratchRoot, artifactFolder, logger } = options;
  const folders = [scratchRoot, ...(artifactFolder === undefined ? [] : [artifactFolder])];
  let shortOf: readonly Resource[] = [];

  const look = async (): Promise<Shortage[]> => {
    const floorOf = (of: Resource, bytes: number): number => (shortOf.includes(of) ? bytes * ENOUGH_AGAIN : bytes);
    const diskFloor = floorOf('disk', floors.diskBytes);
    const memoryFloor = floorOf('memory', floors.memoryBytes);
    const disks = diskFloor === 0 ? [] : await Promise.all(folders.map(freeDisk));
    const memory = memoryFloor === 0 ? undefined : await availableMemory();
    return [
      ...disks.map((freeBytes, index) => ({
        of: 'disk' as const,
        freeBytes: freeBytes ?? Infinity,
        floorBytes: diskFloor,
        where: `in ${folders[index] ?? ''}`,
      })),
      { of: 'memory' as const, freeBytes: memory ?? Infinity, floorBytes: memoryFloor, where: 'on this machine' },
    ].filter(({ freeBytes, floorBytes }) => freeBytes < floorBytes);
  };

  return {
    shortOf: () => shortOf,
    async refusedStages() {
      const shortages = await look();
      const now = [...new Set(shortages.map(({ of }) => of))];
      for (const shortage of shortages) if (!shortOf.includes(shortage.of)) sayShort(shortage, logger);
      for (const of of shortOf)
        if (!now.includes(of)) logger.info({ of }, `enough ${of} again: stages begin as before`);
      shortOf = now;
      if (now.length === 0) return [];
      // Sending what is built needs neither, and it ends runs; but where an extract has to be copied first, it needs disk.
      const publishToo = artifactFolder === undefined && now.includes('disk');
      return ['parse', 'extract', ...(publishToo ? (['publish'] as const) : [])];
    },
  };
}

/** Bytes that this user may still write where a folder is; undefined where that can't be known. */
async function freeDisk(folder: string): Promise<number | undefined> {
  const found = await statfs(folder).catch(() => undefined);
  return found === undefined ? undefined : found.bavail * found.bsize;
}

function sayShort({ of, freeBytes, floorBytes, where }: Shortage, logger: Logger): void {
  const code = codes[of];
  logger.warn(
    { code, freeBytes, floorBytes, next: errorCodeEntry(code).next },
    `short of ${of}: ${megabytes(freeBytes)} free ${where}, ${variables[of]} is ${megabytes(floorBytes)}; ` +
      'no more files are parsed or extracted here until there is more',
  );
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`;
}
