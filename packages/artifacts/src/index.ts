export { ArtifactError } from './errors.ts';
export { type FilesystemStoreOptions, openFilesystemStore } from './filesystem.ts';
export type { ArtifactOptions, ArtifactStore } from './store.ts';
