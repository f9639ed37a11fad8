import type { Engine } from '../engine/engine.ts';
import type { FileStore } from '../engine/file-store.ts';
import type { SimulatorClock } from './clock.ts';
import { type Counters, createCounters } from './counters.ts';
import { createFaultPlan, type FaultPlan } from './faults.ts';
import type { Limits } from './limits.ts';
import type {
  ConnectedApp,
  DatasourceRecord,
  FlowRecord,
  GroupRecord,
  JobRecord,
  PersonalAccessToken,
  ProjectRecord,
  Session,
  SiteRecord,
  TaskRecord,
  UploadRecord,
  UserRecord,
} from './model.ts';
import type { PermissionRecord } from './permission.ts';
import type { Seed } from './seed.ts';
import { createTargetLocks, type TargetLocks } from './target-lock.ts';

/** The whole state of one simulator: plain maps, changed by the functions of `rest/` and `admin/`. */
export interface World {
  readonly seed: Seed;
  readonly clock: SimulatorClock;
  readonly files: FileStore;
  readonly engine: Engine;
  /** Keeps the state in the data folder, if there is one; awaited before a change is answered. */
  save: () => Promise<void>;
  /** Aborted when the simulator closes. */
  readonly signal: AbortSignal;
  readonly faults: FaultPlan;
  readonly locks: TargetLocks;
  limits: Limits;
  counters: Counters;
  readonly publishing: Map<string, number>;
  /** Names that a publish in flight has taken. */
  readonly reservedNames: Set<string>;
  readonly sites: Map<string, SiteRecord>;
  readonly users: Map<string, UserRecord>;
  readonly groups: Map<string, GroupRecord>;
  readonly tokens: Map<string, PersonalAccessToken>;
  readonly connectedApps: Map<string, ConnectedApp>;
  readonly usedTokenIds: Map<string, number>;
  readonly projects: Map<string, ProjectRecord>;
  readonly permissions: Map<string, PermissionRecord[]>;
  readonly datasources: Map<string, DatasourceRecord>;
  readonly flows: Map<string, FlowRecord>;
  readonly tasks: Map<string, TaskRecord>;
  readonly sessions: Map<string, Session>;
  readonly uploads: Map<string, UploadRecord>;
  readonly jobs: Map<string, JobRecord>;
  /** Jobs at work, awaited at close. */
  readonly running: Set<Promise<void>>;
  /** First job of each RequestID, by data source. */
  readonly requestIds: Map<string, { readonly job: JobRecord; readonly at: number }>;
}

/** An empty world. */
export function createWorld(parts: {
  readonly seed: Seed;
  readonly clock: SimulatorClock;
  readonly files: FileStore;
  readonly engine: Engine;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}): World {
  return {
    ...parts,
    save: async () => {},
    faults: createFaultPlan(),
    locks: createTargetLocks(),
    counters: createCounters(),
    publishing: new Map(),
    reservedNames: new Set(),
    sites: new Map(),
    users: new Map(),
    groups: new Map(),
    tokens: new Map(),
    connectedApps: new Map(),
    usedTokenIds: new Map(),
    projects: new Map(),
    permissions: new Map(),
    datasources: new Map(),
    flows: new Map(),
    tasks: new Map(),
    sessions: new Map(),
    uploads: new Map(),
    jobs: new Map(),
    running: new Set(),
    requestIds: new Map(),
  };
}

/** The records of a site that a list shows: new ones stay hidden for as many calls as `listLagCalls` says. */
export function listed<T extends { readonly siteId: string; hiddenCalls: number }>(
  records: ReadonlyMap<string, T>,
  siteId: string,
): readonly T[] {
  return [...records.values()].filter((record) => {
    if (record.siteId !== siteId) return false;
    if (record.hiddenCalls === 0) return true;
    record.hiddenCalls -= 1;
    return false;
  });
}
