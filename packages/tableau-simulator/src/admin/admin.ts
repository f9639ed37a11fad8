import { z } from 'zod';

import type { TableContent } from '../engine/engine.ts';
import { apiTime } from '../state/clock.ts';
import { type Counters, createCounters } from '../state/counters.ts';
import { faultPlanSchema, type FaultRule } from '../state/faults.ts';
import { defaultLimits, type Limits, limitsSchema } from '../state/limits.ts';
import type { DatasourceRecord } from '../state/model.ts';
import { findUser, plantSeed } from '../state/plant.ts';
import type { World } from '../state/world.ts';
import { newConnection } from '../rest/datasource-change.ts';
import { currentRevision } from '../rest/datasource-view.ts';
import { type StateReport, stateReport } from './state-report.ts';

const clockChangeSchema = z.strictObject({
  freeze: z.boolean().optional(),
  /** Milliseconds forward. */
  advanceMs: z.int().min(0).optional(),
});

const publishRightSchema = z.strictObject({
  user: z.string(),
  /** Id of a project; absent: all. */
  projectId: z.string().optional(),
  allowed: z.boolean(),
});

const tokenChangeSchema = z.strictObject({
  name: z.string(),
  revoked: z.boolean().optional(),
  expiresAt: z.iso.datetime().optional(),
});

/** What a test can do behind the API's back; the admin routes and the programmatic interface share it. */
export interface Admin {
  readonly world: World;
  state(): StateReport;
  counters(): Counters;
  /** Begins to count anew. */
  resetCounters(): void;
  limits(): Limits;
  /** Changes the limits that are given. */
  setLimits(change: unknown): Limits;
  /** Replaces the fault plan: `{ seed?, rules: […] }`. */
  setFaults(plan: unknown): readonly FaultRule[];
  /** Freezes the clock or lets it run; moves it forward. */
  setClock(change: unknown): { readonly now: string; readonly frozen: boolean };
  /** Gives or takes the right to publish. */
  setPublishRight(change: unknown): void;
  /** Revokes a personal access token, or lets it expire. */
  setToken(change: unknown): void;
  /** Gives a data source one more connection, as those of several files have. */
  addConnection(datasourceId: string): void;
  /** What is published now: as it came in, or as the engine changed it since. */
  content(datasourceId: string): { readonly path: string; readonly sha256: string; readonly sizeBytes: number };
  tables(datasourceId: string): Promise<readonly TableContent[]>;
  preview(datasourceId: string, limit: number): Promise<readonly TablePreview[]>;
  /** Everything as at the start: content, sessions, limits, faults, counts; the credentials stay. */
  reset(): Promise<void>;
}

export interface TablePreview {
  readonly table: TableContent;
  readonly rows: readonly (string | null)[][];
}

/** A request of an admin route that can't be done. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function createAdmin(world: World): Admin {
  const initialLimits = world.limits;
  const find = (id: string): DatasourceRecord => {
    const datasource = world.datasources.get(id.toLowerCase());
    if (datasource === undefined) throw new AdminError(404, `there is no data source ${id}`);
    return datasource;
  };
  const tables = async (id: string): Promise<readonly TableContent[]> => {
    const revision = currentRevision(find(id));
    return revision.holds === 'tds' ? [] : await world.engine.inspect(revision.path, world.signal);
  };
  return {
    world,
    state: () => stateReport(world),
    counters: () => world.counters,
    resetCounters() {
      const { inFlight } = world.counters.publishes;
      world.counters = createCounters();
      world.counters.publishes.inFlight = inFlight;
    },
    limits: () => world.limits,
    setLimits(change) {
      world.limits = parse(limitsSchema, { ...world.limits, ...parse(z.record(z.string(), z.unknown()), change) });
      return world.limits;
    },
    setFaults(plan) {
      world.faults.set(parse(faultPlanSchema, plan));
      return world.faults.rules;
    },
    setClock(change) {
      const { freeze, advanceMs } = parse(clockChangeSchema, change);
      if (freeze === true) world.clock.freeze();
      if (freeze === false) world.clock.release();
      if (advanceMs !== undefined) world.clock.advance(advanceMs);
      return { now: apiTime(world.clock.now()), frozen: world.clock.frozen };
    },
    setPublishRight(change) {
      const { user: name, projectId = '*', allowed } = parse(publishRightSchema, change);
      const user = findUser(world, name);
      if (user === undefined) throw new AdminError(404, `there is no user ${name}`);
      if (allowed) user.publishDenied.delete(projectId);
      else user.publishDenied.add(projectId);
    },
    setToken(change) {
      const { name, revoked, expiresAt } = parse(tokenChangeSchema, change);
      const token = world.tokens.get(name);
      if (token === undefined) throw new AdminError(404, `there is no personal access token ${name}`);
      if (revoked !== undefined) token.revoked = revoked;
      if (expiresAt !== undefined) token.expiresAt = Date.parse(expiresAt);
    },
    addConnection(id) {
      const datasource = find(id);
      datasource.connections.push(newConnection(datasource.type));
    },
    content: (id) => currentRevision(find(id)),
    tables,
    async preview(id, limit) {
      const { path } = currentRevision(find(id));
      const previews: TablePreview[] = [];
      for (const table of await tables(id)) {
        previews.push({ table, rows: await world.engine.preview(path, table, limit, world.signal) });
      }
      return previews;
    },
    async reset() {
      for (const job of world.jobs.values()) job.cancel.abort();
      await Promise.allSettled(world.running);
      for (const id of world.datasources.keys()) await world.files.removeDatasource(id);
      const maps = [world.sites, world.users, world.groups, world.tokens, world.connectedApps, world.usedTokenIds];
      const content = [world.projects, world.permissions, world.datasources, world.flows, world.tasks];
      const passing = [world.sessions, world.uploads, world.jobs];
      for (const map of [...maps, ...content, ...passing, world.requestIds, world.publishing]) map.clear();
      world.reservedNames.clear();
      world.faults.set({ seed: 1, rules: [] });
      world.limits = initialLimits ?? defaultLimits;
      world.counters = createCounters();
      plantSeed(world, world.seed);
    },
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AdminError(400, z.prettifyError(parsed.error));
  return parsed.data;
}
