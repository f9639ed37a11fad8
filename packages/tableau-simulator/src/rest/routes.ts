import { type Route, route } from '../http/router.ts';
import { currentSession, signIn, signOut, switchSite } from './auth.ts';
import { listConnections, updateConnection, updateConnections } from './connections.ts';
import { deleteDatasource, getDatasource, listDatasources, updateDatasource } from './datasources.ts';
import { downloadDatasource } from './download.ts';
import { createTask, deleteTask, getFlow, getTask, listFlows, listTasks, runFlow, runTask } from './downstream.ts';
import { appendToUpload, initiateUpload } from './file-uploads.ts';
import {
  addUsersToGroup,
  createGroup,
  deleteGroup,
  listGroups,
  listUsersOfGroup,
  removeUserFromGroup,
  removeUsersFromGroup,
  updateGroup,
} from './groups.ts';
import { updateHyperData } from './hyper-data.ts';
import { cancelJob, getJob, listJobs } from './jobs.ts';
import { addPermissions, deletePermission, listPermissions } from './permissions.ts';
import { createProject, deleteProject, listProjects, updateProject } from './projects.ts';
import { publishDatasource } from './publish.ts';
import { refreshDatasource } from './refresh.ts';
import { deleteRevision, downloadRevision, listRevisions } from './revisions.ts';
import { serverInfo } from './server-info.ts';
import { getSite, listSites } from './sites.ts';
import { addTags, batchCreateTags, batchDeleteTags, deleteTag } from './tags.ts';
import { addUser, getUser, listGroupsOfUser, listUsers, removeUser, updateUser } from './users.ts';

const read = { scope: 'tableau:content:read' };
const jobs = { scope: 'tableau:jobs:read', jwtSince: '3.25', since: '2.6' };
const tagging = { scope: 'tableau:datasource_tags:update' };
const permissions = { scope: 'tableau:permissions:update' };
const hyperData = { scope: 'tableau:hyper_data:update', since: '3.12' };
const site = 'sites/:site';
const project = `${site}/projects/:project`;
const tasks = `${site}/tasks/extractRefreshes`;
const grantee = ':granteeKind/:grantee/:capability/:mode';
const datasource = `${site}/datasources/:datasource`;

/** Every route of the API. */
export const routes: readonly Route[] = [
  route('serverinfo', 'GET', 'serverinfo', serverInfo, { auth: 'none' }),
  route('auth.signin', 'POST', 'auth/signin', signIn, { auth: 'none' }),
  route('auth.signout', 'POST', 'auth/signout', signOut),
  route('auth.switchSite', 'POST', 'auth/switchSite', switchSite, { since: '2.6' }),
  route('sessions.current', 'GET', 'sessions/current', currentSession),

  route('projects.list', 'GET', `${site}/projects`, listProjects, read),
  route('projects.create', 'POST', `${site}/projects`, createProject, { scope: 'tableau:projects:create' }),
  route('projects.update', 'PUT', project, updateProject, { scope: 'tableau:projects:update' }),
  route('projects.delete', 'DELETE', project, deleteProject, { scope: 'tableau:projects:delete' }),

  route('projects.permissions', 'GET', `${project}/permissions`, listPermissions, read),
  route('projects.permissions.add', 'PUT', `${project}/permissions`, addPermissions, permissions),
  route('projects.permissions.delete', 'DELETE', `${project}/permissions/${grantee}`, deletePermission, permissions),
  route('projects.defaultPermissions', 'GET', `${project}/default-permissions/:kind`, listPermissions, read),
  route('projects.defaultPermissions.add', 'PUT', `${project}/default-permissions/:kind`, addPermissions, permissions),
  route(
    'projects.defaultPermissions.delete',
    'DELETE',
    `${project}/default-permissions/:kind/${grantee}`,
    deletePermission,
    permissions,
  ),

  route('fileUploads.initiate', 'POST', `${site}/fileUploads`, initiateUpload, {
    scope: 'tableau:file_uploads:create',
  }),
  route('fileUploads.append', 'PUT', `${site}/fileUploads/:upload`, appendToUpload, {
    scope: 'tableau:file_uploads:create',
  }),

  route('datasources.list', 'GET', `${site}/datasources`, listDatasources, read),
  route('datasources.publish', 'POST', `${site}/datasources`, publishDatasource, {
    scope: 'tableau:datasources:create',
  }),
  route('datasources.get', 'GET', datasource, getDatasource, read),
  route('datasources.update', 'PUT', datasource, updateDatasource, { scope: 'tableau:datasources:update' }),
  route('datasources.delete', 'DELETE', datasource, deleteDatasource, { scope: 'tableau:datasources:delete' }),
  route('datasources.download', 'GET', `${datasource}/content`, downloadDatasource, {
    scope: 'tableau:datasources:download',
  }),

  route('datasources.tags.add', 'PUT', `${datasource}/tags`, addTags, tagging),
  route('datasources.tags.delete', 'DELETE', `${datasource}/tags/*label`, deleteTag, tagging),
  // The documentation has the site in the path, TSC leaves it out.
  route('tags.batchCreate', 'PUT', 'tags:batchCreate', batchCreateTags, { ...tagging, since: '3.9' }),
  route('tags.batchDelete', 'PUT', 'tags:batchDelete', batchDeleteTags, { ...tagging, since: '3.9' }),
  route('tags.batchCreate', 'PUT', `${site}/tags:batchCreate`, batchCreateTags, { ...tagging, since: '3.9' }),
  route('tags.batchDelete', 'PUT', `${site}/tags:batchDelete`, batchDeleteTags, { ...tagging, since: '3.9' }),
  route('datasources.connections', 'GET', `${datasource}/connections`, listConnections, read),
  route('datasources.connections.updateAll', 'PUT', `${datasource}/connections`, updateConnections, {
    scope: 'tableau:datasources:update',
    since: '3.26',
  }),
  route('datasources.connections.update', 'PUT', `${datasource}/connections/:connection`, updateConnection, {
    scope: 'tableau:datasources:update',
  }),
  route('datasources.data', 'PATCH', `${datasource}/data`, updateHyperData, hyperData),
  route('datasources.data', 'PATCH', `${datasource}/connections/:connection/data`, updateHyperData, hyperData),
  route('datasources.refresh', 'POST', `${datasource}/refresh`, refreshDatasource, {
    scope: 'tableau:tasks:run',
    since: '2.8',
  }),
  route('datasources.revisions', 'GET', `${datasource}/revisions`, listRevisions, read),
  route('datasources.revisions.download', 'GET', `${datasource}/revisions/:revision/content`, downloadRevision, {
    scope: 'tableau:datasources:download',
  }),
  route('datasources.revisions.delete', 'DELETE', `${datasource}/revisions/:revision`, deleteRevision, {
    scope: 'tableau:datasources:delete',
  }),
  route('datasources.permissions', 'GET', `${datasource}/permissions`, listPermissions, read),
  route('datasources.permissions.add', 'PUT', `${datasource}/permissions`, addPermissions, permissions),
  route(
    'datasources.permissions.delete',
    'DELETE',
    `${datasource}/permissions/${grantee}`,
    deletePermission,
    permissions,
  ),

  route('jobs.list', 'GET', `${site}/jobs`, listJobs, jobs),
  route('jobs.get', 'GET', `${site}/jobs/:job`, getJob, jobs),
  route('jobs.cancel', 'PUT', `${site}/jobs/:job`, cancelJob, jobs),

  route('flows.list', 'GET', `${site}/flows`, listFlows, { ...read, since: '3.3' }),
  route('flows.get', 'GET', `${site}/flows/:flow`, getFlow, { ...read, since: '3.3' }),
  route('flows.run', 'POST', `${site}/flows/:flow/run`, runFlow, { scope: 'tableau:tasks:run', since: '3.3' }),
  route('tasks.list', 'GET', tasks, listTasks, { scope: 'tableau:tasks:read', since: '2.6' }),
  route('tasks.create', 'POST', tasks, createTask, { scope: 'tableau:tasks:create', since: '3.19' }),
  route('tasks.get', 'GET', `${tasks}/:task`, getTask, { scope: 'tableau:tasks:read', since: '2.6' }),
  route('tasks.run', 'POST', `${tasks}/:task/runNow`, runTask, { scope: 'tableau:tasks:run', since: '2.6' }),
  route('tasks.delete', 'DELETE', `${tasks}/:task`, deleteTask, { scope: 'tableau:tasks:delete', since: '3.6' }),

  route('sites.list', 'GET', 'sites', listSites),
  route('sites.get', 'GET', 'sites/:siteKey', getSite),
  route('users.list', 'GET', `${site}/users`, listUsers, { scope: 'tableau:users:read' }),
  route('users.add', 'POST', `${site}/users`, addUser, { scope: 'tableau:users:create' }),
  route('users.get', 'GET', `${site}/users/:user`, getUser, { scope: 'tableau:users:read' }),
  route('users.update', 'PUT', `${site}/users/:user`, updateUser, { scope: 'tableau:users:update' }),
  route('users.remove', 'DELETE', `${site}/users/:user`, removeUser, { scope: 'tableau:users:delete' }),
  route('users.groups', 'GET', `${site}/users/:user/groups`, listGroupsOfUser, {
    scope: 'tableau:users:read',
    since: '3.7',
  }),
  route('groups.list', 'GET', `${site}/groups`, listGroups, { scope: 'tableau:groups:read' }),
  route('groups.create', 'POST', `${site}/groups`, createGroup, { scope: 'tableau:groups:create' }),
  route('groups.update', 'PUT', `${site}/groups/:group`, updateGroup, { scope: 'tableau:groups:update' }),
  route('groups.delete', 'DELETE', `${site}/groups/:group`, deleteGroup, { scope: 'tableau:groups:delete' }),
  route('groups.users', 'GET', `${site}/groups/:group/users`, listUsersOfGroup, { scope: 'tableau:groups:read' }),
  route('groups.users.add', 'POST', `${site}/groups/:group/users`, addUsersToGroup, { scope: 'tableau:groups:update' }),
  route('groups.users.removeAll', 'PUT', `${site}/groups/:group/users/remove`, removeUsersFromGroup, {
    scope: 'tableau:groups:update',
    since: '3.21',
  }),
  route('groups.users.remove', 'DELETE', `${site}/groups/:group/users/:user`, removeUserFromGroup, {
    scope: 'tableau:groups:update',
  }),
];
