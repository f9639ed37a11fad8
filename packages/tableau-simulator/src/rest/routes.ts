import { type Route, route } from '../http/router.ts';
import { currentSession, signIn, signOut, switchSite } from './auth.ts';
import { deleteDatasource, getDatasource, listDatasources, updateDatasource } from './datasources.ts';
import { downloadDatasource } from './download.ts';
import { appendToUpload, initiateUpload } from './file-uploads.ts';
import { cancelJob, getJob, listJobs } from './jobs.ts';
import { createProject, deleteProject, listProjects, updateProject } from './projects.ts';
import { publishDatasource } from './publish.ts';
import { serverInfo } from './server-info.ts';

const read = { scope: 'tableau:content:read' };
const jobs = { scope: 'tableau:jobs:read', jwtSince: '3.25', since: '2.6' };
const site = 'sites/:site';
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
  route('projects.update', 'PUT', `${site}/projects/:project`, updateProject, { scope: 'tableau:projects:update' }),
  route('projects.delete', 'DELETE', `${site}/projects/:project`, deleteProject, { scope: 'tableau:projects:delete' }),

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

  route('jobs.list', 'GET', `${site}/jobs`, listJobs, jobs),
  route('jobs.get', 'GET', `${site}/jobs/:job`, getJob, jobs),
  route('jobs.cancel', 'PUT', `${site}/jobs/:job`, cancelJob, jobs),
];
