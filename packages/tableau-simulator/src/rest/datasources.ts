import { reply, noContent, type Reply } from '../http/reply.ts';
import { wantsAllFields } from '../http/field-selection.ts';
import { pageOf } from '../http/paging.ts';
import { attribute, booleanAttribute, child, requireChild } from '../http/payload.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { DatasourceRecord, Session } from '../state/model.ts';
import { listed, type World } from '../state/world.ts';
import { isAdministrator, mayPublish } from './access.ts';
import { deleteDatasourceFiles, touch } from './datasource-change.ts';
import { datasourceElement, datasourceFields, findDatasource } from './datasource-view.ts';
import { findProject } from './projects.ts';

/** `GET /datasources`. */
export function listDatasources(context: RequestContext): Reply {
  const { world, query, baseUrl } = context;
  const all = wantsAllFields(query);
  return reply(
    200,
    ...pageOf(listed(world.datasources, sessionOf(context).siteId), query, {
      name: 'datasources',
      fields: datasourceFields(world),
      view: (datasource) => datasourceElement(world, datasource, baseUrl, all),
    }),
  );
}

/** `GET /datasources/{id}`. */
export function getDatasource(context: RequestContext): Reply {
  const { world, baseUrl, query } = context;
  const datasource = findDatasource(world, sessionOf(context), context.parameters['datasource'] ?? '');
  return reply(200, datasourceElement(world, datasource, baseUrl, wantsAllFields(query)));
}

/** `PUT /datasources/{id}`: only what is given changes. */
export async function updateDatasource(context: RequestContext): Promise<Reply> {
  const { world, baseUrl } = context;
  const session = sessionOf(context);
  const datasource = findDatasource(world, session, context.parameters['datasource'] ?? '');
  const wanted = requireChild(await readPayload(context), 'datasource');
  requireWrite(world, session, datasource, '403032');
  const projectId = attribute(child(wanted, 'project'), 'id');
  const project = projectId === undefined ? undefined : findProject(world, session, projectId);
  if (project !== undefined && project.id !== datasource.projectId && !mayPublish(world, session, project)) {
    throw new RestError('403030', 'You may not move the data source to this project.');
  }
  const ownerId = attribute(child(wanted, 'owner'), 'id')?.toLowerCase();
  if (ownerId !== undefined && ownerId !== datasource.ownerId) {
    if (world.users.get(ownerId)?.roles.has(session.siteId) !== true) {
      throw new RestError('404002', `The user '${ownerId}' could not be found.`);
    }
    if (!isAdministrator(world, session) && datasource.ownerId !== session.userId) {
      throw new RestError('403027', 'You may not change the owner of this data source.');
    }
  }
  const name = attribute(wanted, 'name') ?? datasource.name;
  requireFreeDatasourceName(world, datasource, project?.id ?? datasource.projectId, name);
  datasource.name = name;
  datasource.description = attribute(wanted, 'description') ?? datasource.description;
  datasource.isCertified = booleanAttribute(wanted, 'isCertified') ?? datasource.isCertified;
  datasource.certificationNote = attribute(wanted, 'certificationNote') ?? datasource.certificationNote;
  datasource.encryptExtracts = booleanAttribute(wanted, 'encryptExtracts') ?? datasource.encryptExtracts;
  datasource.useRemoteQueryAgent = booleanAttribute(wanted, 'useRemoteQueryAgent') ?? datasource.useRemoteQueryAgent;
  if (project !== undefined) datasource.projectId = project.id;
  if (ownerId !== undefined) datasource.ownerId = ownerId;
  touch(world, datasource);
  return reply(200, datasourceElement(world, datasource, baseUrl));
}

/** `DELETE /datasources/{id}`. */
export async function deleteDatasource(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const datasource = findDatasource(world, session, context.parameters['datasource'] ?? '');
  requireWrite(world, session, datasource, '403004');
  world.datasources.delete(datasource.id);
  await deleteDatasourceFiles(world, datasource);
  return noContent();
}

/**
 * Owners, administrators, and whoever may publish into the project may change a data source.
 * @throws {RestError} `code`
 */
export function requireWrite(world: World, session: Session, datasource: DatasourceRecord, code: string): void {
  const project = world.projects.get(datasource.projectId);
  if (project === undefined || !mayPublish(world, session, project)) {
    throw new RestError(code, 'You may not change this data source.');
  }
}

function requireFreeDatasourceName(world: World, own: DatasourceRecord, projectId: string, name: string): void {
  const taken = [...world.datasources.values()].some(
    (item) => item.projectId === projectId && item.id !== own.id && item.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new RestError('409015', `A data source named '${name}' exists already in this project.`);
}
