export type { SourceFile } from '@hyperferry/sources';

export type { EngineContext } from './engine-context.ts';
export { extractFile, type ExtractFileInput } from './extract/extract-file.ts';
export { extract, type Extracted, type ExtractInput } from './extract/extract.ts';
export type { ExtractSpecCore } from './parse/inspect-source.ts';
export { parse, type ParseInput } from './parse/parse.ts';
export { preflight, type PreflightInput } from './publish/preflight.ts';
export type { PublishContext } from './publish/publish-context.ts';
export { publish, type PublishInput } from './publish/publish.ts';
export type { VerifyReport, VerifyStep } from './verify/verify-report.ts';
export { verifyServer, type VerifyServerInput } from './verify/verify-server.ts';
export { previewSource } from './parse/preview-source.ts';
