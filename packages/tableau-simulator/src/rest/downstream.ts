import { randomUUID } from 'node:crypto';

import { element, type Element, listElement } from '../http/element.ts';
import { pageOf } from '../http/paging.ts';
import { attribute, child, requireChild } from '../http/payload.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { readPayload, readText, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { apiTime } from '../state/clock.ts';
import { startJob } from '../state/jobs.ts';
import type { FlowRecord, JobType, TaskRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';
import { findDatasource } from './datasource-view.ts';
import { jobElement } from './job-view.ts';

/** `GET /flows`: the seeded ones. They hold nothing and can be run. */
export function listFlows(context: RequestContext): Reply {
  const { world, query } = context;
  const flows = [...world.flows.values()].filter((flow) => flow.siteId === sessionOf(context).siteId);
  return reply(
    200,
    ...pageOf(flows, query, {
      name: 'flows',
      fields: { name: (flow) => flow.name, projectId: (flow) => flow.projectId },
      view: (flow) => flowElement(world, flow),
    }),
  );
}

/** `GET /flows/{id}`. */
export function getFlow(context: RequestContext): Reply {
  return reply(200, flowElement(context.world, findFlow(context)));
}

/** `POST /flows/{id}/run`. */
export async function runFlow(context: RequestContext): Promise<Reply> {
  await readText(context.body);
  const flow = findFlow(context);
  return startOnce(context, 'RunFlow', { id: flow.id, name: flow.name });
}

/** `GET /tasks/extractRefreshes`. */
export function listTasks(context: RequestContext): Reply {
  const { world } = context;
  const tasks = [...world.tasks.values()].filter((task) => task.siteId === sessionOf(context).siteId);
  return reply(200, listElement('tasks', tasks.map(taskElement)));
}

/** `GET /tasks/extractRefreshes/{id}`. */
export function getTask(context: RequestContext): Reply {
  return reply(200, taskElement(findTask(context)));
}

/** `POST /tasks/extractRefreshes`: for a data source; its schedule is kept as a name only, nothing runs by itself. */
export async function createTask(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const payload = await readPayload(context);
  const wanted = requireChild(payload, 'extractRefresh');
  const datasource = findDatasource(world, session, attribute(child(wanted, 'datasource'), 'id') ?? '');
  const frequency = attribute(child(payload, 'schedule'), 'frequency') ?? 'Daily';
  const task: TaskRecord = { id: randomUUID(), siteId: session.siteId, datasourceId: datasource.id, frequency };
  world.tasks.set(task.id, task);
  return reply(201, extractRefreshElement(task));
}

/** `POST /tasks/extractRefreshes/{id}/runNow`. */
export async function runTask(context: RequestContext): Promise<Reply> {
  await readText(context.body);
  const task = findTask(context);
  const { id, name } = findDatasource(context.world, sessionOf(context), task.datasourceId);
  return startOnce(context, 'RefreshExtract', { id, name });
}

/** `DELETE /tasks/extractRefreshes/{id}`. */
export function deleteTask(context: RequestContext): Reply {
  context.world.tasks.delete(findTask(context).id);
  return noContent();
}

/** Starts a job that changes nothing, unless one of the same kind is under way for the same thing. */
function startOnce(
  context: RequestContext,
  type: JobType,
  subject: { readonly id: string; readonly name: string },
): Reply {
  const { world } = context;
  const waiting = [...world.jobs.values()].some(
    (job) => job.type === type && job.datasource?.id === subject.id && job.completedAt === undefined,
  );
  if (waiting) throw new RestError('409093', 'The same is queued already.');
  const work = { type, title: subject.name, datasource: subject, run: async () => {} };
  return reply(200, jobElement(world, startJob(world, sessionOf(context), work, context.fault), { queued: true }));
}

function findFlow(context: RequestContext): FlowRecord {
  const id = (context.parameters['flow'] ?? '').toLowerCase();
  const flow = context.world.flows.get(id);
  if (flow?.siteId !== sessionOf(context).siteId) throw new RestError('404032', `The flow '${id}' could not be found.`);
  return flow;
}

function findTask(context: RequestContext): TaskRecord {
  const id = (context.parameters['task'] ?? '').toLowerCase();
  const task = context.world.tasks.get(id);
  if (task?.siteId !== sessionOf(context).siteId) throw new RestError('404017', `The task '${id}' could not be found.`);
  return task;
}

function flowElement(world: World, flow: FlowRecord): Element {
  const project = world.projects.get(flow.projectId);
  return element(
    'flow',
    {
      id: flow.id,
      name: flow.name,
      description: '',
      createdAt: apiTime(flow.createdAt),
      updatedAt: apiTime(flow.createdAt),
    },
    [
      element('project', { id: flow.projectId, name: project?.name }),
      element('owner', { id: flow.ownerId }),
      listElement('tags', []),
    ],
  );
}

function taskElement(task: TaskRecord): Element {
  return element('task', {}, [extractRefreshElement(task)]);
}

function extractRefreshElement(task: TaskRecord): Element {
  return element(
    'extractRefresh',
    { id: task.id, priority: 50, consecutiveFailedCount: 0, type: 'RefreshExtractTask' },
    [element('datasource', { id: task.datasourceId })],
  );
}
