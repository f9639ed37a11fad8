/** Site roles of Tableau; TSC refuses others. */
export const siteRoles = [
  'Creator',
  'Explorer',
  'ExplorerCanPublish',
  'ServerAdministrator',
  'SiteAdministratorExplorer',
  'SiteAdministratorCreator',
  'Unlicensed',
  'ReadOnly',
  'Viewer',
] as const;
export type SiteRole = (typeof siteRoles)[number];

export interface SiteRecord {
  readonly id: string;
  readonly contentUrl: string;
  name: string;
  readonly createdAt: number;
}

export interface UserRecord {
  readonly id: string;
  readonly name: string;
  password: string;
  fullName: string;
  email: string;
  /** Role on each site that the user belongs to, by site id. */
  readonly roles: Map<string, SiteRole>;
  /** Projects where an admin route took away the publish right; `*` is all. */
  readonly publishDenied: Set<string>;
  lastLogin?: number;
}

export interface GroupRecord {
  readonly id: string;
  readonly siteId: string;
  name: string;
  minimumSiteRole?: string;
  readonly userIds: Set<string>;
  /** "All Users" holds everyone and can't be changed. */
  readonly builtIn: boolean;
}

export interface PersonalAccessToken {
  readonly name: string;
  readonly secret: string;
  readonly userId: string;
  expiresAt?: number;
  lastUsedAt?: number;
  revoked: boolean;
}

export interface ConnectedApp {
  readonly clientId: string;
  readonly secretId: string;
  readonly secretValue: string;
  readonly siteId: string;
}

export interface ProjectRecord {
  readonly id: string;
  readonly siteId: string;
  name: string;
  description: string;
  contentPermissions: string;
  parentId?: string;
  ownerId: string;
  readonly createdAt: number;
  updatedAt: number;
  readonly isDefault: boolean;
  hiddenCalls: number;
}

export const datasourceTypes = ['hyper', 'tds', 'tdsx', 'tde', 'parquet'] as const;
export type DatasourceType = (typeof datasourceTypes)[number];

export interface RevisionRecord {
  readonly number: number;
  readonly publishedAt: number;
  readonly publisherId: string;
  /** The Hyper database, or the definition (.tds) of a data source without extract. */
  readonly path: string;
  readonly holds: 'hyper' | 'tds';
  readonly sizeBytes: number;
  /** SHA-256 of the bytes as they came in; of the file after the change, where the engine changed it. */
  readonly sha256: string;
}

export interface ConnectionRecord {
  readonly id: string;
  readonly type: string;
  serverAddress: string;
  serverPort: string;
  userName: string;
  embedPassword: boolean;
}

export interface DatasourceRecord {
  readonly id: string;
  readonly siteId: string;
  projectId: string;
  name: string;
  readonly contentUrl: string;
  description: string;
  /** As published: what a download calls it and whether data can be updated. */
  type: DatasourceType;
  ownerId: string;
  readonly createdAt: number;
  updatedAt: number;
  isCertified: boolean;
  certificationNote: string;
  useRemoteQueryAgent: boolean;
  encryptExtracts: boolean;
  readonly tags: Set<string>;
  revisions: RevisionRecord[];
  connections: ConnectionRecord[];
  hiddenCalls: number;
}

export interface Session {
  readonly token: string;
  readonly siteId: string;
  readonly userId: string;
  readonly kind: 'pat' | 'password' | 'jwt';
  readonly patName?: string;
  /** What a JWT session may do. */
  readonly scopes?: readonly string[];
  lastUsedAt: number;
}

export interface UploadRecord {
  readonly id: string;
  readonly siteId: string;
  readonly userId: string;
  readonly path: string;
  sizeBytes: number;
  appends: number;
  lastUsedAt: number;
  /** `busy` from the headers of an append on; `broken` after two at once. */
  state: 'idle' | 'busy' | 'broken';
}

export type JobType = 'PublishDatasource' | 'UpdateUploadedFile' | 'RefreshExtract' | 'RunFlow';

/** A flow that can be run and does nothing. */
export interface FlowRecord {
  readonly id: string;
  readonly siteId: string;
  readonly projectId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly createdAt: number;
}

/** A task that refreshes a data source. */
export interface TaskRecord {
  readonly id: string;
  readonly siteId: string;
  readonly datasourceId: string;
  readonly frequency: string;
}

export interface JobRecord {
  readonly id: string;
  readonly siteId: string;
  readonly userId: string;
  readonly type: JobType;
  readonly createdAt: number;
  startedAt?: number;
  completedAt?: number;
  /** 0 done, 1 failed, 2 cancelled; only with completedAt. */
  finishCode?: 0 | 1 | 2;
  notes?: string;
  statusNotes: readonly { readonly type: string; readonly value: string; readonly text: string }[];
  datasource?: { readonly id: string; readonly name: string };
  connectionId?: string;
  readonly title: string;
  readonly cancel: AbortController;
}
