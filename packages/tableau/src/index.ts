export {
  type ConnectionSettings,
  type ConnectionSettingsInput,
  connectionSettingsSchema,
  type Credentials,
} from './connection/connection-settings.ts';
export { type ConnectionSite, listConnectionSites, readConnectionSite } from './connection/connection-sites.ts';
export { describeConnection, readConnection } from './connection/read-connection.ts';
export { TableauClient, type TableauClientOptions } from './client/tableau-client.ts';
export { type ChangeDataInput, requestIdFor } from './datasources/change-data.ts';
export { type DataAction, dataActionSchema, type DataCondition } from './datasources/data-actions.ts';
export type { Datasource, DatasourceState } from './datasources/datasource.ts';
export { hasMoved } from './datasources/datasource.ts';
export type { Datasources } from './datasources/datasources.ts';
export type { Download, DownloadOptions } from './datasources/download.ts';
export type { KeptMetadata } from './datasources/keep-metadata.ts';
export type { LookOptions } from './datasources/look.ts';
export type { PublishInput, PublishOptions } from './datasources/publish.ts';
export type { DatasourceChange } from './datasources/update-datasource.ts';
export type { DownstreamRun } from './downstream/run-downstream.ts';
export { isTableauError, TableauError, type TableauErrorOptions } from './errors.ts';
export type { Job, Jobs, ListedJob, WaitOptions } from './jobs/jobs.ts';
export { joinProjectPath, splitProjectPath } from './projects/project-path.ts';
export type { ListedProject, Project } from './projects/project-tree.ts';
export type { Projects, ResolveOptions } from './projects/projects.ts';
export {
  createMemoryLedger,
  type EarlierIntent,
  publishedOf,
  type PublishIntent,
  type PublishLedger,
  type PublishOutcome,
} from './publish-ledger.ts';
export type { RateLimit, RateLimitKind } from './rate-limit.ts';
export {
  createMemorySessionStore,
  type ObtainOptions,
  type Session,
  type SessionKey,
  type SessionStore,
} from './session-store.ts';
export { CLIENT_API_VERSION, isVersionAtLeast, type ServerInfo } from './session/server-info.ts';
export type { Upload, UploadInput, UploadOptions } from './uploads/upload-file.ts';
export type { Uploads } from './uploads/uploads.ts';
export type { RawExchange, Recorder } from './recording/exchange.ts';
export { createExchangeRedactor, type RedactedExchange } from './recording/redact-exchange.ts';
