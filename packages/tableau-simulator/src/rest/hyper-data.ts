import { rm } from 'node:fs/promises';

import { z } from 'zod';

import { applyActions } from '../engine/apply-actions.ts';
import { EngineRefusal } from '../engine/engine.ts';
import { type UpdateAction, updateActionsSchema } from '../engine/update-actions.ts';
import { reply, type Reply } from '../http/reply.ts';
import { readText, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { beginPublish } from '../state/counters.ts';
import { JobError, startJob } from '../state/jobs.ts';
import type { DatasourceRecord, Session, UploadRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';
import { findConnection } from './connections.ts';
import { addRevision } from './datasource-change.ts';
import { currentRevision, findDatasource } from './datasource-view.ts';
import { requireWrite } from './datasources.ts';
import { findUpload, spendUpload } from './file-uploads.ts';
import { jobElement } from './job-view.ts';
import { targetKey } from './target-key.ts';

const MAX_ACTIONS_BYTES = 10 * 1024 * 1024;

/** `PATCH /datasources/{id}/data` and `…/connections/{id}/data`: changes rows, once for each RequestID. */
export async function updateHyperData(context: RequestContext): Promise<Reply> {
  const { world, query } = context;
  const session = sessionOf(context);
  const text = await readText(context.body, MAX_ACTIONS_BYTES);
  const datasource = findDatasource(world, session, context.parameters['datasource'] ?? '');
  requireWrite(world, session, datasource, '403032');
  const requestId = requestIdOf(context);
  if (requestId === '') throw new RestError('400000', 'The header RequestID is missing.');
  const remembered = rememberedJob(world, datasource, requestId);
  if (remembered !== undefined) return reply(202, jobElement(world, remembered, { queued: true }));

  const connectionId = connectionOf(context, datasource);
  const actions = parseActions(text, context.headers['content-type']);
  const upload = payloadOf(world, session, query.get('uploadSessionId'), actions);
  const ended = beginPublish(world.counters, world.publishing, targetKey(world, datasource.projectId, datasource.name));
  const job = startJob(
    world,
    session,
    {
      type: 'UpdateUploadedFile',
      title: datasource.name,
      datasource: { id: datasource.id, name: datasource.name },
      connectionId,
      run: async (_, signal) => await change(world, session, datasource, upload, actions, signal),
      ended: (succeeded) => {
        ended();
        if (succeeded) world.counters.publishes.committed += 1;
        else world.counters.publishes.failed += 1;
        if (upload !== undefined) void rm(upload.path, { force: true });
      },
    },
    context.fault,
  );
  world.requestIds.set(`${datasource.id}/${requestId}`, { job, at: world.clock.now() });
  return reply(202, jobElement(world, job, { queued: true }));
}

async function change(
  world: World,
  session: Session,
  datasource: DatasourceRecord,
  upload: UploadRecord | undefined,
  actions: readonly UpdateAction[],
  signal: AbortSignal,
): Promise<void> {
  await world.locks.run(targetKey(world, datasource.projectId, datasource.name), async () => {
    if (!world.datasources.has(datasource.id)) throw new JobError('The data source was deleted.');
    const base = currentRevision(datasource).path;
    try {
      const changed = await world.engine.change(
        base,
        upload?.path,
        async (connection, names) => {
          await applyActions(connection, names, actions, world.limits.conditionConstants);
        },
        signal,
      );
      await addRevision(world, datasource, { ...changed, holds: 'hyper', publisherId: session.userId });
    } catch (error) {
      throw error instanceof EngineRefusal ? new JobError(error.message) : error;
    }
  });
}

function requestIdOf(context: RequestContext): string {
  const header = context.headers['requestid'] ?? context.headers['request-id'] ?? '';
  return (Array.isArray(header) ? (header[0] ?? '') : header).trim();
}

function rememberedJob(world: World, datasource: DatasourceRecord, requestId: string) {
  const remembered = world.requestIds.get(`${datasource.id}/${requestId}`);
  if (remembered === undefined || world.clock.now() - remembered.at > world.limits.requestIdMs) return undefined;
  return remembered.job;
}

function connectionOf(context: RequestContext, datasource: DatasourceRecord): string {
  if (currentRevision(datasource).holds !== 'hyper' || datasource.type === 'tds') {
    throw new RestError('400000', 'Only data sources with a live connection to a Hyper file can be updated.');
  }
  const wanted = context.parameters['connection'];
  if (wanted !== undefined) return findConnection(datasource, wanted).id;
  const [only, another] = datasource.connections;
  if (only === undefined || another !== undefined) {
    throw new RestError('400000', 'The data source has several connections: name one in the path.');
  }
  return only.id;
}

function parseActions(text: string, contentType: string | undefined): readonly UpdateAction[] {
  if (!/\bjson\b/i.test(contentType ?? ''))
    throw new RestError('400000', 'The actions must be sent as application/json.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RestError('400000', 'The actions are not JSON.');
  }
  const parsed = updateActionsSchema.safeParse(value);
  if (!parsed.success) throw new RestError('400000', `The actions are not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data.actions;
}

/** The uploaded payload, spent by this; needed by every action that reads a source. */
function payloadOf(
  world: World,
  session: Session,
  uploadId: string | undefined,
  actions: readonly UpdateAction[],
): UploadRecord | undefined {
  if (uploadId === undefined) {
    if (actions.every((action) => action['source-table'] === undefined)) return undefined;
    throw new RestError('400000', 'An action reads a source table, but the request has no uploadSessionId.');
  }
  const { sizeBytes } = findUpload(world, session, uploadId);
  if (sizeBytes > world.limits.patchPayloadBytes) {
    throw new RestError('413000', `A payload may have at most ${world.limits.patchPayloadBytes} bytes.`, 413);
  }
  return spendUpload(world, session, uploadId);
}
