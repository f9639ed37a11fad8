import { reply, type Reply } from '../http/reply.ts';
import { readText, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { startJob } from '../state/jobs.ts';
import { requireWrite } from './datasources.ts';
import { currentRevision, findDatasource } from './datasource-view.ts';
import { jobElement } from './job-view.ts';

/** `POST /datasources/{id}/refresh`: a job that succeeds and changes no row, for there is no source behind a pushed file. */
export async function refreshDatasource(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  await readText(context.body);
  const datasource = findDatasource(world, session, context.parameters['datasource'] ?? '');
  requireWrite(world, session, datasource, '403004');
  if (currentRevision(datasource).holds === 'tds') {
    throw new RestError('409090', 'The data source has no extract to refresh.');
  }
  const waiting = [...world.jobs.values()].some(
    (job) => job.type === 'RefreshExtract' && job.datasource?.id === datasource.id && job.completedAt === undefined,
  );
  if (waiting) throw new RestError('409093', 'A refresh of this data source is queued already.');
  const { id, name } = datasource;
  const work = { type: 'RefreshExtract', title: name, datasource: { id, name }, run: async () => {} } as const;
  return reply(202, jobElement(world, startJob(world, session, work, context.fault), { queued: true }));
}
