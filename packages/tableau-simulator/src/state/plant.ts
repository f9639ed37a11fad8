import { randomUUID } from 'node:crypto';

import type { ProjectRecord, SiteRecord } from './model.ts';
import type { Seed } from './seed.ts';
import type { World } from './world.ts';

/** Fills an empty world with a seed whose secrets are resolved. */
export function plantSeed(world: World, seed: Seed): void {
  for (const siteSeed of seed.sites) {
    const site: SiteRecord = {
      id: randomUUID(),
      contentUrl: siteSeed.contentUrl,
      name: siteSeed.name,
      createdAt: world.clock.now(),
    };
    world.sites.set(site.id, site);
    for (const user of siteSeed.users) plantUser(world, site.id, user);
    const owner = [...world.users.values()].find((user) => user.roles.has(site.id));
    const ownerId = owner?.id ?? '';
    const { id: projectId } = plantProject(world, site.id, undefined, 'default', ownerId, true);
    for (const name of siteSeed.flows) {
      const id = randomUUID();
      world.flows.set(id, { id, siteId: site.id, projectId, name, ownerId, createdAt: world.clock.now() });
    }
    for (const path of siteSeed.projects) plantPath(world, site.id, splitPath(path), ownerId);
    plantGroups(world, site.id, siteSeed.groups);
    for (const token of siteSeed.tokens) {
      const userId = findUser(world, token.user)?.id;
      if (userId === undefined) continue;
      world.tokens.set(token.name, {
        name: token.name,
        secret: token.secret ?? '',
        userId,
        revoked: false,
        ...(token.expiresAt === undefined ? {} : { expiresAt: Date.parse(token.expiresAt) }),
      });
    }
    for (const app of siteSeed.connectedApps) world.connectedApps.set(app.clientId, { ...app, siteId: site.id });
  }
  const first = [...world.sites.values()][0];
  const ownerId = [...world.users.values()][0]?.id ?? '';
  if (first === undefined) return;
  for (let number = 1; number <= seed.generatedProjects; number += 1) {
    plantProject(world, first.id, undefined, `Generated ${String(number).padStart(4, '0')}`, ownerId, false);
  }
}

export function findUser(world: World, name: string) {
  return [...world.users.values()].find((user) => user.name.toLowerCase() === name.toLowerCase());
}

function plantUser(world: World, siteId: string, seed: Seed['sites'][number]['users'][number]): void {
  const known = findUser(world, seed.name);
  if (known !== undefined) {
    known.roles.set(siteId, seed.siteRole);
    return;
  }
  const id = randomUUID();
  world.users.set(id, {
    id,
    name: seed.name,
    password: seed.password ?? '',
    fullName: seed.fullName ?? seed.name,
    email: seed.email ?? `${seed.name}@example.com`,
    roles: new Map([[siteId, seed.siteRole]]),
    publishDenied: new Set(),
  });
}

function plantGroups(world: World, siteId: string, groups: Seed['sites'][number]['groups']): void {
  const members = [...world.users.values()].filter((user) => user.roles.has(siteId));
  const allUsers = { name: 'All Users', users: members.map((user) => user.name) };
  for (const group of [allUsers, ...groups]) {
    const id = randomUUID();
    const userIds = group.users.flatMap((name) => findUser(world, name)?.id ?? []);
    world.groups.set(id, { id, siteId, name: group.name, userIds: new Set(userIds), builtIn: group === allUsers });
  }
}

function plantPath(world: World, siteId: string, steps: readonly string[], ownerId: string): void {
  let parentId: string | undefined;
  for (const name of steps) {
    const known = [...world.projects.values()].find(
      (project) => project.siteId === siteId && project.parentId === parentId && project.name === name,
    );
    parentId = (known ?? plantProject(world, siteId, parentId, name, ownerId, false)).id;
  }
}

function plantProject(
  world: World,
  siteId: string,
  parentId: string | undefined,
  name: string,
  ownerId: string,
  isDefault: boolean,
): ProjectRecord {
  const now = world.clock.now();
  const project: ProjectRecord = {
    id: randomUUID(),
    siteId,
    name,
    description: isDefault ? 'The default project that was automatically created by Tableau.' : '',
    contentPermissions: 'ManagedByOwner',
    ownerId,
    createdAt: now,
    updatedAt: now,
    isDefault,
    hiddenCalls: 0,
    ...(parentId === undefined ? {} : { parentId }),
  };
  world.projects.set(project.id, project);
  return project;
}

function splitPath(path: string): readonly string[] {
  return [...path.matchAll(/((?:\\\/|[^/])+)/g)].map((match) => match[0].replaceAll(String.raw`\/`, '/'));
}
