import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { SimulatorError } from '../errors.ts';

/** Where the bytes are: uploads in progress, and the revisions of published data sources. */
export interface FileStore {
  readonly rootPath: string;
  /** A new name for bytes on their way in. */
  temporaryPath(suffix: string): string;
  /** Folder of a data source's revisions, made when absent. */
  datasourceDir(datasourceId: string): Promise<string>;
  removeDatasource(datasourceId: string): Promise<void>;
  /** Removes what is on its way; the whole folder when it was our own. */
  close(): Promise<void>;
}

/**
 * A store in a folder, or in a temporary one that goes when the simulator goes.
 * @throws {SimulatorError} SIMULATOR_FAILED when the folder can't be made
 */
export async function openFileStore(dataDir: string | undefined): Promise<FileStore> {
  const rootPath = await makeRoot(dataDir);
  const incoming = join(rootPath, 'incoming');
  // What an earlier process left half done is of no use.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  return {
    rootPath,
    temporaryPath: (suffix) => join(incoming, `${randomUUID()}${suffix}`),
    async datasourceDir(datasourceId) {
      const dir = join(rootPath, 'datasources', datasourceId);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      return dir;
    },
    async removeDatasource(datasourceId) {
      await rm(join(rootPath, 'datasources', datasourceId), { recursive: true, force: true });
    },
    async close() {
      await rm(dataDir === undefined ? rootPath : incoming, { recursive: true, force: true });
    },
  };
}

async function makeRoot(dataDir: string | undefined): Promise<string> {
  try {
    if (dataDir === undefined) return await mkdtemp(join(tmpdir(), 'hyperferry-simulator-'));
    const path = resolve(dataDir);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  } catch (error) {
    throw new SimulatorError('SIMULATOR_FAILED', `cannot make the data folder ${dataDir ?? tmpdir()}`, {
      cause: error,
    });
  }
}
