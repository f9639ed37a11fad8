import { open } from 'node:fs/promises';

/** What the first bytes of a Hyper file say. */
export interface ExtractHeader {
  readonly isHyper: boolean;
  /** Version of the file format. */
  readonly databaseVersion: number;
}

/** Reads the header of a file; a file that is no Hyper database has none. */
export async function readExtractHeader(path: string): Promise<ExtractHeader> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    const isHyper = bytesRead === 16 && buffer.subarray(0, 5).toString('latin1') === 'Hyper';
    return { isHyper, databaseVersion: isHyper ? buffer.readUInt16LE(10) : 0 };
  } finally {
    await handle.close();
  }
}

/** First Tableau Server that reads a version of the file format (https://tableau.github.io/hyper-db/docs/releases). */
const firstServers: Readonly<Record<number, string>> = { 2: '2020.4', 3: '2023.1', 4: '2024.3' };

/** The server version that a file needs, when this server is older; undefined when it fits or is not known. */
export function tooOldFor(databaseVersion: number, productVersion: string): string | undefined {
  const needed = firstServers[databaseVersion];
  if (needed === undefined || !/^\d{4}\.\d/.test(productVersion)) return undefined;
  return compareVersions(productVersion, needed) < 0 ? needed : undefined;
}

function compareVersions(a: string, b: string): number {
  const [aYear = 0, aRelease = 0] = a.split('.').map(Number);
  const [bYear = 0, bRelease = 0] = b.split('.').map(Number);
  return aYear - bYear || aRelease - bRelease;
}
