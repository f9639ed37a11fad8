import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';

import { FileStorage } from '@flystorage/file-storage';
import { LocalStorageAdapter } from '@flystorage/local-fs';

import { toArtifactError } from './errors.ts';
import { type ArtifactStore, createStore } from './store.ts';

export interface FilesystemStoreOptions {
  /** The folder; made (0700) when absent. */
  readonly directory: string;
  /** True when every host of the fleet mounts the same folder. Default false. */
  readonly shared?: boolean;
}

/** Artifacts in a folder. @throws {ArtifactError} DATA_FOLDER_NOT_WRITABLE */
export async function openFilesystemStore({
  directory,
  shared = false,
}: FilesystemStoreOptions): Promise<ArtifactStore> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw toArtifactError(error, `create the folder ${directory}`);
  }
  const adapter = new LocalStorageAdapter(directory, { rootDirectoryVisibility: 'private' });
  const storage = new FileStorage(adapter, undefined, {
    visibility: { visibility: 'private', directoryVisibility: 'private', useVisibility: true },
  });
  return createStore({ storage, location: directory, shared, folder: resolve(directory) });
}
