export {
  engineCacheDir,
  findHyperd,
  HYPERD_PACKAGE_VERSION,
  hyperdPackageName,
  hyperdPackages,
  hyperdPlatform,
  type HyperdPlatform,
} from './engine-path.ts';
export type { Catalog, CreateDatabaseOptions } from './catalog.ts';
export {
  Connection,
  type ConnectOptions,
  type QueryResult,
  type StatementOptions,
  type StdinOptions,
  type StdinResult,
} from './connection/connection.ts';
export type { ByteSource } from './connection/copy-in.ts';
export type { Column, Value } from './connection/decode-value.ts';
export { CreateMode } from './create-mode.ts';
export {
  copyFromCsv,
  copyInto,
  type CopyIntoOptions,
  type CsvOptions,
  type CsvSource,
  external,
  type ExternalOptions,
  STDIN,
} from './csv/external.ts';
export { type EngineErrorFields, HyperException } from './errors.ts';
export { Inserter, type InserterOptions } from './insert/inserter.ts';
export type { Interval } from './insert/parse-temporal.ts';
export type { InsertRow } from './insert/row-encoder.ts';
export type { InsertValue } from './insert/value-writer.ts';
export { DatabaseName, escapeName, escapeStringLiteral, SchemaName, TableName } from './names.ts';
export type { EngineSettings } from './process/engine-arguments.ts';
export type { EngineExit } from './process/engine-exit.ts';
export { HyperEngine, type HyperEngineOptions } from './process/hyper-engine.ts';
export { HyperProcess, type HyperProcessOptions } from './process/hyper-process.ts';
export { SqlType, type TypeTag } from './sql-type.ts';
export {
  type ColumnDefinition,
  type ColumnInput,
  MAX_COLUMNS,
  Nullability,
  TableDefinition,
} from './table-definition.ts';
export { type Connects, writeDatabaseAtomically, type WriteDatabaseOptions } from './write-database.ts';
