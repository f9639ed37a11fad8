import { element, type Element, listElement } from '../http/element.ts';
import { attribute, child, children, requireChild } from '../http/payload.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { PermissionRecord } from '../state/permission.ts';
import { isAdministrator } from './access.ts';
import { findDatasource } from './datasource-view.ts';
import { findProject } from './projects.ts';

interface Content {
  readonly key: string;
  readonly element: Element;
  readonly ownerId: string;
}

/** `GET …/permissions`, and `GET /projects/{id}/default-permissions/{kind}`. */
export function listPermissions(context: RequestContext): Reply {
  return reply(200, permissionsElement(context, contentOf(context)));
}

/** `PUT …/permissions`: adds rules, replacing what they say of the same capability. */
export async function addPermissions(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const content = contentOf(context);
  requireOwner(context, content);
  const wanted = children(requireChild(await readPayload(context), 'permissions'), 'granteeCapabilities');
  const records = world.permissions.get(content.key) ?? [];
  for (const rule of wanted) {
    const granteeKind = child(rule, 'user') === undefined ? 'group' : 'user';
    const granteeId = (attribute(child(rule, granteeKind), 'id') ?? '').toLowerCase();
    if (granteeKind === 'user' ? !world.users.has(granteeId) : !world.groups.has(granteeId)) {
      throw new RestError(
        granteeKind === 'user' ? '404002' : '404012',
        `The ${granteeKind} '${granteeId}' is unknown.`,
      );
    }
    const record = findRecord(records, granteeKind, granteeId) ?? { granteeKind, granteeId, capabilities: new Map() };
    if (!records.includes(record)) records.push(record);
    for (const capability of children(child(rule, 'capabilities'), 'capability')) {
      const mode = attribute(capability, 'mode');
      if (mode !== 'Allow' && mode !== 'Deny') throw new RestError('400009', `The mode '${mode ?? ''}' is not known.`);
      record.capabilities.set(attribute(capability, 'name') ?? '', mode);
    }
  }
  world.permissions.set(content.key, records);
  return reply(200, permissionsElement(context, content));
}

/** `DELETE …/permissions/{users|groups}/{id}/{capability}/{mode}`. */
export function deletePermission(context: RequestContext): Reply {
  const { world, parameters } = context;
  const content = contentOf(context);
  requireOwner(context, content);
  const granteeKind = parameters['granteeKind']?.toLowerCase() === 'users' ? 'user' : 'group';
  const records = world.permissions.get(content.key) ?? [];
  const record = findRecord(records, granteeKind, (parameters['grantee'] ?? '').toLowerCase());
  const capability = parameters['capability'] ?? '';
  if (record === undefined || record.capabilities.get(capability) !== parameters['mode']) {
    throw new RestError('404013', `There is no such permission: ${capability}.`);
  }
  record.capabilities.delete(capability);
  world.permissions.set(
    content.key,
    records.filter((candidate) => candidate.capabilities.size > 0),
  );
  return noContent();
}

function contentOf(context: RequestContext): Content {
  const { world, parameters } = context;
  const session = sessionOf(context);
  if (parameters['datasource'] !== undefined) {
    const { id, name, ownerId } = findDatasource(world, session, parameters['datasource']);
    return { key: `datasource/${id}`, element: element('datasource', { id, name }), ownerId };
  }
  const { id, name, ownerId } = findProject(world, session, parameters['project'] ?? '');
  const kind = parameters['kind'];
  const key = kind === undefined ? `project/${id}` : `project/${id}/${kind.toLowerCase()}`;
  return { key, element: element('project', { id, name }), ownerId };
}

function permissionsElement(context: RequestContext, content: Content): Element {
  const rules = (context.world.permissions.get(content.key) ?? []).map((record) =>
    element('granteeCapabilities', {}, [
      element(record.granteeKind, { id: record.granteeId }),
      listElement(
        'capabilities',
        [...record.capabilities].map(([name, mode]) => element('capability', { name, mode })),
      ),
    ]),
  );
  return element('permissions', {}, [content.element, ...rules]);
}

function findRecord(
  records: readonly PermissionRecord[],
  granteeKind: PermissionRecord['granteeKind'],
  granteeId: string,
): PermissionRecord | undefined {
  return records.find((record) => record.granteeKind === granteeKind && record.granteeId === granteeId);
}

function requireOwner(context: RequestContext, content: Content): void {
  const session = sessionOf(context);
  if (content.ownerId === session.userId || isAdministrator(context.world, session)) return;
  throw new RestError('403004', 'You may not change these permissions.');
}
