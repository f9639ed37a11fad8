import { randomUUID } from 'node:crypto';

import { listElement } from '../http/element.ts';
import { pageOf } from '../http/paging.ts';
import { attribute, child, children, type PayloadNode, requireChild } from '../http/payload.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { GroupRecord } from '../state/model.ts';
import { requireAdministrator } from './access.ts';
import { groupElement, groupFields } from './group-view.ts';
import { findUser, userElement, userPage } from './users.ts';

/** `GET /groups`. */
export function listGroups(context: RequestContext): Reply {
  const { world, query } = context;
  const { siteId } = sessionOf(context);
  const groups = [...world.groups.values()].filter((group) => group.siteId === siteId);
  return reply(200, ...pageOf(groups, query, { name: 'groups', fields: groupFields, view: groupElement }));
}

/** `POST /groups`. */
export async function createGroup(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  requireAdministrator(world, session, '403004');
  const wanted = requireChild(await readPayload(context), 'group');
  const name = (attribute(wanted, 'name') ?? '').trim();
  if (name === '') throw new RestError('400000', 'Payload is malformed: a group needs a name.');
  requireFreeName(context, name);
  const role = minimumRole(wanted);
  const group: GroupRecord = {
    id: randomUUID(),
    siteId: session.siteId,
    name,
    userIds: new Set(),
    builtIn: false,
    ...(role === undefined ? {} : { minimumSiteRole: role }),
  };
  world.groups.set(group.id, group);
  return reply(201, groupElement(group));
}

/** `PUT /groups/{id}`. */
export async function updateGroup(context: RequestContext): Promise<Reply> {
  const group = changeableGroup(context);
  const wanted = requireChild(await readPayload(context), 'group');
  const name = attribute(wanted, 'name')?.trim() ?? group.name;
  requireFreeName(context, name, group.id);
  group.name = name;
  const role = minimumRole(wanted);
  if (role !== undefined) group.minimumSiteRole = role;
  return reply(200, groupElement(group));
}

/** `DELETE /groups/{id}`. */
export function deleteGroup(context: RequestContext): Reply {
  context.world.groups.delete(changeableGroup(context).id);
  return noContent();
}

/** `GET /groups/{id}/users`. */
export function listUsersOfGroup(context: RequestContext): Reply {
  const group = findGroup(context);
  return userPage(context, (user) => group.userIds.has(user.id));
}

/** `POST /groups/{id}/users`: one user, or several (3.21). */
export async function addUsersToGroup(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const group = changeableGroup(context);
  const payload = await readPayload(context);
  const several = child(payload, 'users');
  const wanted = several === undefined ? [requireChild(payload, 'user')] : children(several, 'user');
  const users = wanted.map((node) => findUser(world, session, attribute(node, 'id') ?? ''));
  for (const user of users) {
    if (several === undefined && group.userIds.has(user.id)) {
      throw new RestError('409011', `The user '${user.name}' is in this group already.`);
    }
    group.userIds.add(user.id);
  }
  const elements = users.map((user) => userElement(user, session.siteId, false));
  const [first] = elements;
  return reply(200, several === undefined && first !== undefined ? first : listElement('users', elements));
}

/** `DELETE /groups/{id}/users/{id}`. */
export function removeUserFromGroup(context: RequestContext): Reply {
  const group = changeableGroup(context);
  const user = findUser(context.world, sessionOf(context), context.parameters['user'] ?? '');
  if (!group.userIds.delete(user.id)) throw new RestError('404002', `The user '${user.name}' is not in this group.`);
  return noContent();
}

/** `PUT /groups/{id}/users/remove`: several (3.21). */
export async function removeUsersFromGroup(context: RequestContext): Promise<Reply> {
  const group = changeableGroup(context);
  const users = children(requireChild(await readPayload(context), 'users'), 'user');
  for (const user of users) group.userIds.delete((attribute(user, 'id') ?? '').toLowerCase());
  return noContent();
}

function findGroup(context: RequestContext): GroupRecord {
  const id = (context.parameters['group'] ?? '').toLowerCase();
  const group = context.world.groups.get(id);
  if (group === undefined || group.siteId !== sessionOf(context).siteId) {
    throw new RestError('404012', `The group '${id}' could not be found.`);
  }
  return group;
}

function changeableGroup(context: RequestContext): GroupRecord {
  requireAdministrator(context.world, sessionOf(context), '403004');
  const group = findGroup(context);
  if (group.builtIn) throw new RestError('403004', "The group 'All Users' can not be changed.");
  return group;
}

function requireFreeName(context: RequestContext, name: string, own?: string): void {
  const { siteId } = sessionOf(context);
  const taken = [...context.world.groups.values()].some(
    (group) => group.siteId === siteId && group.id !== own && group.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new RestError('409009', `A group named '${name}' exists already.`);
}

function minimumRole(group: PayloadNode): string | undefined {
  return attribute(group, 'minimumSiteRole') ?? attribute(child(group, 'import'), 'siteRole');
}
