import type { Fields } from '../http/filter.ts';
import { pageOf } from '../http/paging.ts';
import { reply, type Reply } from '../http/reply.ts';
import { readText, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { apiTime } from '../state/clock.ts';
import { jobsOf } from '../state/jobs.ts';
import type { JobRecord } from '../state/model.ts';
import { isAdministrator } from './access.ts';
import { backgroundJobElement, jobElement, jobStatus } from './job-view.ts';

/** `GET /jobs/{id}`. */
export function getJob(context: RequestContext): Reply {
  return reply(200, jobElement(context.world, findJob(context)));
}

/** `GET /jobs`. */
export function listJobs(context: RequestContext): Reply {
  const { world, query } = context;
  return reply(
    200,
    ...pageOf(jobsOf(world, sessionOf(context).siteId), query, {
      name: 'backgroundJobs',
      fields: jobFields,
      view: backgroundJobElement,
    }),
  );
}

/** `PUT /jobs/{id}`: cancels. */
export async function cancelJob(context: RequestContext): Promise<Reply> {
  const { world } = context;
  await readText(context.body);
  const job = findJob(context);
  const session = sessionOf(context);
  if (job.userId !== session.userId && !isAdministrator(world, session)) {
    throw new RestError('403032', 'Only administrators may cancel the jobs of others.');
  }
  if (job.completedAt !== undefined) throw new RestError('403091', 'The job has finished already.');
  job.cancel.abort();
  return reply(200, jobElement(world, job));
}

function findJob(context: RequestContext): JobRecord {
  const id = (context.parameters['job'] ?? '').toLowerCase();
  const job = jobsOf(context.world, sessionOf(context).siteId).find((candidate) => candidate.id === id);
  if (job === undefined) throw new RestError('404018', `The job '${id}' could not be found.`);
  return job;
}

const jobFields: Fields<JobRecord> = {
  createdAt: (job) => apiTime(job.createdAt),
  startedAt: (job) => (job.startedAt === undefined ? undefined : apiTime(job.startedAt)),
  endedAt: (job) => (job.completedAt === undefined ? undefined : apiTime(job.completedAt)),
  completedAt: (job) => (job.completedAt === undefined ? undefined : apiTime(job.completedAt)),
  status: jobStatus,
  jobType: (job) => job.type,
  taskType: (job) => job.type,
  title: (job) => job.title,
  priority: () => 50,
  progress: (job) => (job.completedAt === undefined ? 0 : 100),
  notes: (job) => job.notes,
};
