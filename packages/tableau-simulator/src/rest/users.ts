import { randomUUID } from 'node:crypto';

import { element, type Element, textElement } from '../http/element.ts';
import { wantsAllFields } from '../http/field-selection.ts';
import type { Fields } from '../http/filter.ts';
import { pageOf } from '../http/paging.ts';
import { attribute, requireChild } from '../http/payload.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { apiTime } from '../state/clock.ts';
import { type GroupRecord, type Session, type SiteRole, siteRoles, type UserRecord } from '../state/model.ts';
import { findUser as findUserByName } from '../state/plant.ts';
import type { World } from '../state/world.ts';
import { requireAdministrator } from './access.ts';
import { groupElement, groupFields } from './group-view.ts';

/** `GET /users`. */
export function listUsers(context: RequestContext): Reply {
  return userPage(context, (user) => user.roles.has(sessionOf(context).siteId));
}

/** A page of the users that a list shows. */
export function userPage(context: RequestContext, shown: (user: UserRecord) => boolean): Reply {
  const { world, query } = context;
  const { siteId } = sessionOf(context);
  const all = wantsAllFields(query);
  return reply(
    200,
    ...pageOf([...world.users.values()].filter(shown), query, {
      name: 'users',
      fields: userFields(siteId),
      view: (user) => userElement(user, siteId, all),
    }),
  );
}

/** `GET /users/{id}`. */
export function getUser(context: RequestContext): Reply {
  const session = sessionOf(context);
  const user = findUser(context.world, session, context.parameters['user'] ?? '');
  return reply(200, userElement(user, session.siteId, true));
}

/** `GET /users/{id}/groups`. */
export function listGroupsOfUser(context: RequestContext): Reply {
  const { world, query } = context;
  const session = sessionOf(context);
  const user = findUser(world, session, context.parameters['user'] ?? '');
  const groups = [...world.groups.values()].filter((group) => isMember(group, session.siteId, user.id));
  return reply(200, ...pageOf(groups, query, { name: 'groups', fields: groupFields, view: groupElement }));
}

/** `POST /users`: adds a person to the site. */
export async function addUser(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  requireAdministrator(world, session, '403004');
  const wanted = requireChild(await readPayload(context), 'user');
  const name = attribute(wanted, 'name') ?? '';
  if (name === '') throw new RestError('400000', 'Payload is malformed: a user needs a name.');
  const siteRole = siteRoleOf(attribute(wanted, 'siteRole')) ?? 'Unlicensed';
  const known = findUserByName(world, name);
  if (known?.roles.has(session.siteId) === true) {
    throw new RestError('409017', `The user '${name}' is on this site already.`);
  }
  const user: UserRecord = known ?? {
    id: randomUUID(),
    name,
    // Nobody can sign in with it until it is set.
    password: randomUUID(),
    fullName: name,
    email: '',
    roles: new Map(),
    publishDenied: new Set(),
  };
  user.roles.set(session.siteId, siteRole);
  world.users.set(user.id, user);
  allUsersOf(world, session.siteId)?.userIds.add(user.id);
  return reply(201, userElement(user, session.siteId, false));
}

/** `PUT /users/{id}`. */
export async function updateUser(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const user = findUser(world, session, context.parameters['user'] ?? '');
  if (user.id !== session.userId) requireAdministrator(world, session, '403004');
  const wanted = requireChild(await readPayload(context), 'user');
  const siteRole = siteRoleOf(attribute(wanted, 'siteRole'));
  if (siteRole !== undefined) user.roles.set(session.siteId, siteRole);
  user.fullName = attribute(wanted, 'fullName') ?? user.fullName;
  user.email = attribute(wanted, 'email') ?? user.email;
  user.password = attribute(wanted, 'password') ?? user.password;
  return reply(200, userElement(user, session.siteId, true));
}

/** `DELETE /users/{id}`: from the site; refused while the user owns content. */
export function removeUser(context: RequestContext): Reply {
  const { world } = context;
  const session = sessionOf(context);
  requireAdministrator(world, session, '403004');
  const user = findUser(world, session, context.parameters['user'] ?? '');
  const owned = [...world.projects.values(), ...world.datasources.values()].some(
    (item) => item.siteId === session.siteId && item.ownerId === user.id,
  );
  if (owned) throw new RestError('409003', `The user '${user.name}' owns content.`);
  user.roles.delete(session.siteId);
  for (const group of world.groups.values()) if (group.siteId === session.siteId) group.userIds.delete(user.id);
  for (const item of world.sessions.values()) {
    if (item.userId === user.id && item.siteId === session.siteId) world.sessions.delete(item.token);
  }
  return noContent();
}

/**
 * A user of the session's site.
 * @throws {RestError} 404002
 */
export function findUser(world: World, session: Session, id: string): UserRecord {
  const user = world.users.get(id.toLowerCase());
  if (user?.roles.has(session.siteId) !== true) throw new RestError('404002', `The user '${id}' could not be found.`);
  return user;
}

export function userElement(user: UserRecord, siteId: string, all: boolean): Element {
  const lastLogin = user.lastLogin === undefined ? undefined : apiTime(user.lastLogin);
  return element(
    'user',
    {
      id: user.id,
      name: user.name,
      siteRole: user.roles.get(siteId),
      lastLogin,
      externalAuthUserId: '',
      ...(all
        ? { fullName: user.fullName, email: user.email, authSetting: 'ServerDefault', locale: 'en_US', language: 'en' }
        : {}),
    },
    all ? [textElement('domain', '', { name: 'local' })] : [],
  );
}

function userFields(siteId: string): Fields<UserRecord> {
  return {
    id: (user) => user.id,
    name: (user) => user.name,
    fullName: (user) => user.fullName,
    friendlyName: (user) => user.fullName,
    email: (user) => user.email,
    siteRole: (user) => user.roles.get(siteId),
    lastLogin: (user) => (user.lastLogin === undefined ? undefined : apiTime(user.lastLogin)),
    domainName: () => 'local',
    isLocal: () => true,
  };
}

function siteRoleOf(text: string | undefined): SiteRole | undefined {
  if (text === undefined) return undefined;
  const role = siteRoles.find((candidate) => candidate === text);
  if (role === undefined) throw new RestError('400003', `The site role '${text}' is not known.`);
  return role;
}

function isMember(group: GroupRecord, siteId: string, userId: string): boolean {
  return group.siteId === siteId && group.userIds.has(userId);
}

function allUsersOf(world: World, siteId: string): GroupRecord | undefined {
  return [...world.groups.values()].find((group) => group.siteId === siteId && group.builtIn);
}
