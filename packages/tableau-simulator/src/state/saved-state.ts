import { basename, join } from 'node:path';

import { z } from 'zod';

import { datasourceTypes, siteRoles } from './model.ts';
import { seedSchema } from './seed.ts';
import type { World } from './world.ts';

const recordOf = z.record(z.string(), z.string());

const revisionSchema = z.strictObject({
  number: z.int().min(1),
  publishedAt: z.number(),
  publisherId: z.string(),
  file: z.string().regex(/^\d+\.(hyper|tds)$/),
  holds: z.enum(['hyper', 'tds']),
  sizeBytes: z.int().min(0),
  sha256: z.string(),
});

const datasourceSchema = z.strictObject({
  id: z.guid(),
  siteId: z.string(),
  projectId: z.string(),
  name: z.string(),
  contentUrl: z.string(),
  description: z.string(),
  type: z.enum(datasourceTypes),
  ownerId: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  isCertified: z.boolean(),
  certificationNote: z.string(),
  useRemoteQueryAgent: z.boolean(),
  encryptExtracts: z.boolean(),
  tags: z.array(z.string()),
  hiddenCalls: z.number(),
  revisions: z.array(revisionSchema).min(1),
  connections: z.array(
    z.strictObject({
      id: z.string(),
      type: z.string(),
      serverAddress: z.string(),
      serverPort: z.string(),
      userName: z.string(),
      embedPassword: z.boolean(),
    }),
  ),
});

/** What a data folder keeps: everything but sessions, uploads, jobs, limits and faults. */
export const savedStateSchema = z.strictObject({
  version: z.literal(1),
  seed: seedSchema,
  sites: z.array(z.strictObject({ id: z.string(), contentUrl: z.string(), name: z.string(), createdAt: z.number() })),
  users: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      password: z.string(),
      fullName: z.string(),
      email: z.string(),
      roles: z.record(z.string(), z.enum(siteRoles)),
      publishDenied: z.array(z.string()),
      lastLogin: z.number().exactOptional(),
    }),
  ),
  groups: z.array(
    z.strictObject({
      id: z.string(),
      siteId: z.string(),
      name: z.string(),
      minimumSiteRole: z.string().exactOptional(),
      userIds: z.array(z.string()),
      builtIn: z.boolean(),
    }),
  ),
  tokens: z.array(
    z.strictObject({
      name: z.string(),
      secret: z.string(),
      userId: z.string(),
      expiresAt: z.number().exactOptional(),
      lastUsedAt: z.number().exactOptional(),
      revoked: z.boolean(),
    }),
  ),
  projects: z.array(
    z.strictObject({
      id: z.string(),
      siteId: z.string(),
      name: z.string(),
      description: z.string(),
      contentPermissions: z.string(),
      parentId: z.string().exactOptional(),
      ownerId: z.string(),
      createdAt: z.number(),
      updatedAt: z.number(),
      isDefault: z.boolean(),
      hiddenCalls: z.number(),
    }),
  ),
  permissions: z.array(
    z.strictObject({
      key: z.string(),
      rules: z.array(
        z.strictObject({ granteeKind: z.enum(['user', 'group']), granteeId: z.string(), capabilities: recordOf }),
      ),
    }),
  ),
  datasources: z.array(datasourceSchema),
  flows: z.array(
    z.strictObject({
      id: z.string(),
      siteId: z.string(),
      projectId: z.string(),
      name: z.string(),
      ownerId: z.string(),
      createdAt: z.number(),
    }),
  ),
  tasks: z.array(
    z.strictObject({ id: z.string(), siteId: z.string(), datasourceId: z.string(), frequency: z.string() }),
  ),
});

export type SavedState = z.infer<typeof savedStateSchema>;

/** The lasting part of a world as plain JSON values. */
export function toSavedState(world: World): SavedState {
  return {
    version: 1,
    seed: world.seed,
    sites: [...world.sites.values()],
    users: [...world.users.values()].map((user) => ({
      ...user,
      roles: Object.fromEntries(user.roles),
      publishDenied: [...user.publishDenied],
    })),
    groups: [...world.groups.values()].map((group) => ({ ...group, userIds: [...group.userIds] })),
    tokens: [...world.tokens.values()],
    projects: [...world.projects.values()],
    flows: [...world.flows.values()],
    tasks: [...world.tasks.values()],
    permissions: [...world.permissions].map(([key, rules]) => ({
      key,
      rules: rules.map((rule) => ({ ...rule, capabilities: Object.fromEntries(rule.capabilities) })),
    })),
    datasources: [...world.datasources.values()].map((datasource) => ({
      ...datasource,
      tags: [...datasource.tags],
      revisions: datasource.revisions.map(({ path, ...revision }) => ({ ...revision, file: basename(path) })),
    })),
  };
}

/** Fills an empty world with a saved state. Paths are made anew: the folder may have moved. */
export function plantSavedState(world: World, saved: SavedState): void {
  for (const site of saved.sites) world.sites.set(site.id, site);
  for (const user of saved.users) {
    const roles = new Map(Object.entries(user.roles));
    world.users.set(user.id, { ...user, roles, publishDenied: new Set(user.publishDenied) });
  }
  for (const group of saved.groups) world.groups.set(group.id, { ...group, userIds: new Set(group.userIds) });
  for (const token of saved.tokens) world.tokens.set(token.name, token);
  for (const project of saved.projects) world.projects.set(project.id, project);
  for (const flow of saved.flows) world.flows.set(flow.id, flow);
  for (const task of saved.tasks) world.tasks.set(task.id, task);
  for (const { key, rules } of saved.permissions) {
    world.permissions.set(
      key,
      rules.map(({ capabilities, ...rule }) => ({
        ...rule,
        capabilities: new Map(
          Object.entries(capabilities).map(([name, mode]) => [name, mode === 'Deny' ? mode : 'Allow']),
        ),
      })),
    );
  }
  for (const datasource of saved.datasources) {
    world.datasources.set(datasource.id, {
      ...datasource,
      tags: new Set(datasource.tags),
      revisions: datasource.revisions.map(({ file, ...revision }) => ({
        ...revision,
        path: join(world.files.rootPath, 'datasources', datasource.id, file),
      })),
    });
  }
  for (const seed of saved.seed.sites) {
    const site = saved.sites.find(({ contentUrl }) => contentUrl === seed.contentUrl);
    if (site === undefined) continue;
    for (const app of seed.connectedApps) world.connectedApps.set(app.clientId, { ...app, siteId: site.id });
  }
}
