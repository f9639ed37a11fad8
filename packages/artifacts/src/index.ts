export { ArtifactError } from './errors.ts';
export { type FilesystemStoreOptions, openFilesystemStore } from './filesystem.ts';
export { openStore } from './open-store.ts';
export type { ArtifactOptions, ArtifactStore, StoredFile } from './store.ts';
export { claimStoreId, readStoreId } from './store-id.ts';
