export { type ArtifactRef, artifactRefSchema } from './artifact-ref.ts';
export { type ColumnType, columnTypeSchema, simpleColumnTypes } from './column-type.ts';
export {
  dataFolder,
  fleetEnvironmentSchema,
  positiveIntVariable,
  readEnvironment,
  type RedisSettings,
  redisSettings,
} from './environment.ts';
export type { ErrorCodeEntry } from './error-code.ts';
export { type ErrorCode, errorCodeEntry, errorCodes, isErrorCode } from './error-codes.ts';
export { type ErrorReport, errorReportSchema, fromErrorReport } from './error-report.ts';
export {
  HyperferryError,
  type HyperferryErrorOptions,
  isHyperferryError,
  toErrorReport,
  toHyperferryError,
} from './errors.ts';
export {
  badValuesByColumnSchema,
  type ExtractSpec,
  extractSpecSchema,
  type JobSpec,
  type JobSpecInput,
  jobSpecSchema,
  parseJobSpec,
  parseSpecFile,
  parseWith,
  type Source,
  sourceSchema,
  SPEC_VERSION,
  type SpecFile,
  specFileSchema,
} from './job-spec.ts';
export { type Logger, secretLogPaths, silentLogger } from './logger.ts';
export {
  type ColumnProfile,
  columnProfileSchema,
  type Dialect,
  dialectSchema,
  type Profile,
  profileSchema,
  type SourceIdentity,
  sourceIdentitySchema,
} from './profile.ts';
export {
  type ExtractResult,
  extractResultSchema,
  type ParseResult,
  parseResultSchema,
  type PublishedDatasource,
  publishedDatasourceSchema,
  type PublishResult,
  publishResultSchema,
  type Report,
  reportSchema,
  type RowCounts,
  rowCountsSchema,
  runOutcomes,
  type Stage,
  type StageReport,
  stageReportSchema,
  stages,
  stageSchema,
} from './report.ts';
export { type RunProgress, runProgressSchema } from './run-event.ts';
export type { StageContext } from './stage-context.ts';
export {
  connectionNameSchema,
  type Downstream,
  downstreamSchema,
  type Metadata,
  metadataSchema,
  type PublishMode,
  publishModes,
  publishModeSchema,
  type Target,
  targetSchema,
} from './target.ts';
