import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { EngineRefusal } from '../engine/engine.ts';
import { reply, type Reply } from '../http/reply.ts';
import { type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { beginPublish } from '../state/counters.ts';
import { JobError, startJob } from '../state/jobs.ts';
import type { DatasourceRecord, ProjectRecord, Session } from '../state/model.ts';
import type { World } from '../state/world.ts';
import { mayPublish } from './access.ts';
import { addRevision, newConnection, newContentUrl } from './datasource-change.ts';
import { currentRevision, datasourceElement } from './datasource-view.ts';
import { jobElement } from './job-view.ts';
import { findProject } from './projects.ts';
import { type PublishRequest, readPublishRequest } from './publish-request.ts';
import { openPublishedFile } from './published-file.ts';
import { requireQuota } from './quota.ts';
import { targetKey } from './target-key.ts';

interface PublishTarget {
  readonly session: Session;
  readonly project: ProjectRecord;
  readonly name: string;
  readonly key: string;
}

/** `POST /datasources`: create, overwrite, append or replace; at once or as a job. */
export async function publishDatasource(context: RequestContext): Promise<Reply> {
  const { world, baseUrl } = context;
  const request = await readPublishRequest(context);
  const session = sessionOf(context);
  let release: (() => void) | undefined;
  let ended: (() => void) | undefined;
  try {
    const target = publishTarget(world, session, request);
    requireQuota(world, session.siteId, request.sizeBytes);
    // Counts from here until the publish has taken effect, in a job too.
    ended = beginPublish(world.counters, world.publishing, target.key);
    release = reserveName(world, request, target);
    if (request.asJob) {
      const settle = endOnce(ended, release);
      const job = startJob(
        world,
        session,
        {
          type: 'PublishDatasource',
          title: target.name,
          run: async (_, signal) => {
            try {
              await commit(world, request, target, signal);
            } catch (error) {
              throw asJobError(error);
            }
          },
          ended: (succeeded) => {
            settle();
            countPublish(world, succeeded);
            void rm(request.path, { force: true });
          },
        },
        context.fault,
      );
      return reply(202, jobElement(world, job, { queued: true }));
    }
    if (world.limits.commitDelayMs > 0) await delay(world.limits.commitDelayMs, undefined, { signal: world.signal });
    const datasource = await commit(world, request, target, world.signal);
    endOnce(ended, release)();
    countPublish(world, true);
    return reply(201, datasourceElement(world, datasource, baseUrl));
  } catch (error) {
    ended?.();
    release?.();
    countPublish(world, false);
    await rm(request.path, { force: true });
    throw error instanceof EngineRefusal ? new RestError(error.restCode, error.message) : error;
  }
}

function publishTarget(world: World, session: Session, request: PublishRequest): PublishTarget {
  const project =
    request.projectId === undefined || request.projectId === ''
      ? defaultProject(world, session.siteId)
      : findProject(world, session, request.projectId);
  const name = request.name === undefined || request.name === '' ? request.fileStem : request.name;
  if (!mayPublish(world, session, project)) {
    throw new RestError('403007', `You may not publish data sources to the project '${project.name}'.`);
  }
  const existing = findByName(world, project.id, name);
  if (existing === undefined && (request.mode === 'append' || request.mode === 'replace')) {
    throw new RestError('404004', `The data source '${name}' could not be found in the project '${project.name}'.`);
  }
  if (existing !== undefined && request.mode === 'create') throw nameTaken(name);
  return { session, project, name, key: targetKey(world, project.id, name) };
}

/** Of several creates of one name at once exactly one goes through. */
function reserveName(world: World, request: PublishRequest, target: PublishTarget): () => void {
  if (request.mode !== 'create') return () => undefined;
  if (world.reservedNames.has(target.key)) throw nameTaken(target.name);
  world.reservedNames.add(target.key);
  return () => world.reservedNames.delete(target.key);
}

/** Checks the file with the engine and keeps it: one publish of a target after the other. */
async function commit(
  world: World,
  request: PublishRequest,
  target: PublishTarget,
  signal: AbortSignal,
): Promise<DatasourceRecord> {
  return await world.locks.run(target.key, async () => {
    const opened = await openPublishedFile(world, request, signal);
    const existing = findByName(world, target.project.id, target.name);
    if (request.mode === 'append' || request.mode === 'replace') {
      if (existing === undefined) throw new RestError('404004', `The data source '${target.name}' is gone.`);
      if (request.mode === 'replace') {
        await addRevision(world, existing, { ...opened, publisherId: target.session.userId });
        return existing;
      }
      const appended = await world.engine.append(currentRevision(existing).path, opened.path, signal);
      await rm(opened.path, { force: true });
      await addRevision(world, existing, { ...appended, holds: 'hyper', publisherId: target.session.userId });
      return existing;
    }
    signal.throwIfAborted();
    if (existing !== undefined && request.mode === 'create') throw nameTaken(target.name);
    const datasource = existing ?? newDatasource(world, request, target);
    await addRevision(world, datasource, { ...opened, publisherId: target.session.userId });
    applyMetadata(datasource, request);
    world.datasources.set(datasource.id, datasource);
    return datasource;
  });
}

/** Overwriting keeps the id and drops what the server's metadata says unless it is sent again. */
function applyMetadata(datasource: DatasourceRecord, request: PublishRequest): void {
  datasource.type = request.type;
  datasource.description = request.description ?? '';
  datasource.isCertified = request.isCertified ?? datasource.isCertified;
  datasource.certificationNote = request.certificationNote ?? datasource.certificationNote;
  datasource.useRemoteQueryAgent = request.useRemoteQueryAgent ?? false;
  datasource.connections = datasource.connections.slice(0, 1);
  if (datasource.connections.length === 0) datasource.connections.push(newConnection(request.type));
}

function newDatasource(world: World, request: PublishRequest, target: PublishTarget): DatasourceRecord {
  const now = world.clock.now();
  return {
    id: randomUUID(),
    siteId: target.session.siteId,
    projectId: target.project.id,
    name: target.name,
    contentUrl: newContentUrl(world, target.session.siteId, target.name),
    description: '',
    type: request.type,
    ownerId: target.session.userId,
    createdAt: now,
    // One second back, so that keeping the first revision moves it to now.
    updatedAt: now - 1000,
    isCertified: false,
    certificationNote: '',
    useRemoteQueryAgent: false,
    encryptExtracts: false,
    tags: new Set(),
    revisions: [],
    connections: [],
    hiddenCalls: world.limits.listLagCalls,
  };
}

function findByName(world: World, projectId: string, name: string): DatasourceRecord | undefined {
  return [...world.datasources.values()].find(
    (item) => item.projectId === projectId && item.name.toLowerCase() === name.toLowerCase(),
  );
}

function defaultProject(world: World, siteId: string): ProjectRecord {
  const project = [...world.projects.values()].find((candidate) => candidate.siteId === siteId && candidate.isDefault);
  if (project === undefined) throw new RestError('404005', 'The default project could not be found.');
  return project;
}

function nameTaken(name: string): RestError {
  return new RestError(
    '403007',
    `Forbidden: the data source '${name}' already exists and may not be overwritten without the 'overwrite' flag being set to true.`,
  );
}

function asJobError(error: unknown): unknown {
  if (error instanceof EngineRefusal) return new JobError(error.message, error.restCode);
  return error instanceof RestError ? new JobError(error.message, error.code) : error;
}

function endOnce(ended: () => void, release: () => void): () => void {
  return () => {
    ended();
    release();
  };
}

function countPublish(world: World, succeeded: boolean): void {
  if (succeeded) world.counters.publishes.committed += 1;
  else world.counters.publishes.failed += 1;
}
