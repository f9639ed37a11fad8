// Parse and extract without what publishing needs: a command that only builds extracts starts sooner.
export type { EngineContext } from '../engine-context.ts';
export { parse } from '../parse/parse.ts';
export { pinProfile } from '../parse/pin-profile.ts';
export { previewSource } from '../parse/preview-source.ts';
export { extractFile } from './extract-file.ts';
