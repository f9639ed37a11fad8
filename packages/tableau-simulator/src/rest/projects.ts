import { randomUUID } from 'node:crypto';

import { element, type Element } from '../http/element.ts';
import { wantsAllFields } from '../http/field-selection.ts';
import type { Fields } from '../http/filter.ts';
import { pageOf } from '../http/paging.ts';
import { attribute, child, type PayloadNode, requireChild } from '../http/payload.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { apiTime } from '../state/clock.ts';
import type { ProjectRecord, Session } from '../state/model.ts';
import { listed, type World } from '../state/world.ts';
import { isAdministrator, requireAdministrator, roleOf } from './access.ts';
import { deleteDatasourceFiles } from './datasource-change.ts';

/** `GET /projects`. */
export function listProjects(context: RequestContext): Reply {
  const { world, query } = context;
  const all = wantsAllFields(query);
  const projects = listed(world.projects, sessionOf(context).siteId);
  return reply(
    200,
    ...pageOf(projects, query, {
      name: 'projects',
      fields: projectFields(world),
      view: (project) => projectElement(world, project, all),
    }),
  );
}

/** `POST /projects`. */
export async function createProject(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const wanted = requireChild(await readPayload(context), 'project');
  const name = (attribute(wanted, 'name') ?? '').trim();
  if (name === '') throw new RestError('400000', 'Payload is malformed: a project needs a name.');
  if (!isAdministrator(world, session) && !/Creator|Publish/.test(roleOf(world, session))) {
    throw new RestError('403045', 'You may not create projects on this site.');
  }
  const parentId = attribute(wanted, 'parentProjectId')?.toLowerCase();
  const parent = parentId === undefined || parentId === '' ? undefined : findProject(world, session, parentId);
  requireFreeName(world, session.siteId, parent?.id, name);
  const now = world.clock.now();
  const project: ProjectRecord = {
    id: randomUUID(),
    siteId: session.siteId,
    name,
    description: attribute(wanted, 'description') ?? '',
    contentPermissions: permissionMode(wanted) ?? 'ManagedByOwner',
    ownerId: ownerOf(world, wanted) ?? session.userId,
    createdAt: now,
    updatedAt: now,
    isDefault: false,
    hiddenCalls: world.limits.listLagCalls,
    ...(parent === undefined ? {} : { parentId: parent.id }),
  };
  world.projects.set(project.id, project);
  return reply(201, projectElement(world, project, false));
}

/** `PUT /projects/{id}`; an empty `<project/>` changes nothing and gives the project back. */
export async function updateProject(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const project = findProject(world, session, context.parameters['project'] ?? '');
  const wanted = requireChild(await readPayload(context), 'project');
  const name = attribute(wanted, 'name')?.trim();
  const parentId = attribute(wanted, 'parentProjectId')?.toLowerCase();
  const parent = parentId === undefined || parentId === '' ? undefined : findProject(world, session, parentId);
  const changes = Object.keys(wanted).length > 0;
  if (changes && !isAdministrator(world, session) && project.ownerId !== session.userId) {
    throw new RestError('403004', 'You may not change this project.');
  }
  if (project.isDefault && name !== undefined && name !== project.name) {
    throw new RestError('403005', 'The default project can not be renamed.');
  }
  if (parent !== undefined && isBelow(world, parent, project)) {
    throw new RestError('400021', 'A project can not be moved below itself.');
  }
  const nextParentId = parentId === '' ? undefined : (parent?.id ?? project.parentId);
  requireFreeName(world, session.siteId, nextParentId, name ?? project.name, project.id);
  const ownerId = ownerOf(world, wanted);
  project.name = name ?? project.name;
  project.description = attribute(wanted, 'description') ?? project.description;
  project.contentPermissions = permissionMode(wanted) ?? project.contentPermissions;
  if (ownerId !== undefined) project.ownerId = ownerId;
  if (nextParentId === undefined) delete project.parentId;
  else project.parentId = nextParentId;
  if (changes) project.updatedAt = world.clock.now();
  return reply(200, projectElement(world, project, false));
}

/** `DELETE /projects/{id}`: with its content and the projects below it. */
export async function deleteProject(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const project = findProject(world, session, context.parameters['project'] ?? '');
  if (project.isDefault) throw new RestError('403003', 'The default project can not be deleted.');
  if (project.ownerId !== session.userId) requireAdministrator(world, session, '403004');
  const doomed = [...world.projects.values()].filter((candidate) => isBelow(world, candidate, project));
  for (const { id } of doomed) {
    for (const datasource of [...world.datasources.values()].filter((item) => item.projectId === id)) {
      world.datasources.delete(datasource.id);
      await deleteDatasourceFiles(world, datasource);
    }
    world.projects.delete(id);
  }
  return noContent();
}

/**
 * A project of the session's site.
 * @throws {RestError} 404005
 */
export function findProject(world: World, session: Session, id: string): ProjectRecord {
  const project = world.projects.get(id.toLowerCase());
  if (project === undefined || project.siteId !== session.siteId) {
    throw new RestError('404005', `The project '${id}' could not be found.`);
  }
  return project;
}

export function projectElement(world: World, project: ProjectRecord, all: boolean): Element {
  const owner = world.users.get(project.ownerId);
  const content = [...world.datasources.values()].filter((datasource) => datasource.projectId === project.id);
  const childCount = [...world.projects.values()].filter((candidate) => candidate.parentId === project.id).length;
  // The server writes `datasourceCount` where TSC reads `dataSourceCount`: not to be fixed here.
  const counts = { projectCount: childCount, workbookCount: 0, viewCount: 0, datasourceCount: content.length };
  return element(
    'project',
    {
      id: project.id,
      name: project.name,
      description: project.description,
      createdAt: apiTime(project.createdAt),
      updatedAt: apiTime(project.updatedAt),
      contentPermissions: project.contentPermissions,
      parentProjectId: project.parentId,
      ...(all ? { topLevelProject: project.parentId === undefined, writeable: true } : {}),
    },
    [
      element('owner', { id: project.ownerId, ...(all ? { name: owner?.name, fullName: owner?.fullName } : {}) }),
      ...(all ? [element('contentsCounts', counts)] : []),
    ],
  );
}

function projectFields(world: World): Fields<ProjectRecord> {
  return {
    id: (project) => project.id,
    name: (project) => project.name,
    description: (project) => project.description,
    parentProjectId: (project) => project.parentId,
    topLevelProject: (project) => project.parentId === undefined,
    ownerName: (project) => world.users.get(project.ownerId)?.name,
    ownerEmail: (project) => world.users.get(project.ownerId)?.email,
    ownerDomain: () => 'local',
    createdAt: (project) => apiTime(project.createdAt),
    updatedAt: (project) => apiTime(project.updatedAt),
    contentPermissions: (project) => project.contentPermissions,
  };
}

function requireFreeName(world: World, siteId: string, parentId: string | undefined, name: string, own?: string): void {
  const taken = [...world.projects.values()].some(
    (project) =>
      project.siteId === siteId &&
      project.parentId === parentId &&
      project.id !== own &&
      project.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken) throw new RestError('409006', `A project named '${name}' exists already under this parent.`);
}

function permissionMode(node: PayloadNode): string | undefined {
  const mode = attribute(node, 'contentPermissions');
  const known = ['LockedToProject', 'ManagedByOwner', 'LockedToProjectWithoutNested'];
  if (mode !== undefined && !known.includes(mode)) {
    throw new RestError('400008', `The content permissions '${mode}' are not known.`);
  }
  return mode;
}

function ownerOf(world: World, node: PayloadNode): string | undefined {
  const id = attribute(child(node, 'owner'), 'id')?.toLowerCase();
  if (id !== undefined && !world.users.has(id)) throw new RestError('404002', `The user '${id}' could not be found.`);
  return id;
}

/** Is a project the other one, or somewhere below it? */
function isBelow(world: World, project: ProjectRecord, ancestor: ProjectRecord): boolean {
  for (let step: ProjectRecord | undefined = project; step !== undefined;) {
    if (step.id === ancestor.id) return true;
    step = step.parentId === undefined ? undefined : world.projects.get(step.parentId);
  }
  return false;
}
