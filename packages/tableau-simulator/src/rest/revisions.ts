import { rm } from 'node:fs/promises';

import { element } from '../http/element.ts';
import { pageOf } from '../http/paging.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { apiTime } from '../state/clock.ts';
import type { DatasourceRecord, RevisionRecord } from '../state/model.ts';
import { requireWrite } from './datasources.ts';
import { findDatasource } from './datasource-view.ts';
import { contentReply } from './download.ts';

/** `GET /datasources/{id}/revisions`. */
export function listRevisions(context: RequestContext): Reply {
  const { world, query } = context;
  const datasource = datasourceOf(context);
  const current = datasource.revisions.at(-1);
  return reply(
    200,
    ...pageOf(datasource.revisions, query, {
      name: 'revisions',
      fields: {
        revisionNumber: (revision) => revision.number,
        publishedAt: (revision) => apiTime(revision.publishedAt),
      },
      view: (revision) =>
        element(
          'revision',
          {
            revisionNumber: revision.number,
            publishedAt: apiTime(revision.publishedAt),
            deleted: false,
            current: revision === current,
            sizeInBytes: revision.sizeBytes,
          },
          [element('publisher', { id: revision.publisherId, name: world.users.get(revision.publisherId)?.name })],
        ),
    }),
  );
}

/** `GET /datasources/{id}/revisions/{n}/content`. */
export async function downloadRevision(context: RequestContext): Promise<Reply> {
  const datasource = datasourceOf(context);
  return await contentReply(datasource, earlierRevision(context, datasource), context.query);
}

/** `DELETE /datasources/{id}/revisions/{n}`. */
export async function deleteRevision(context: RequestContext): Promise<Reply> {
  const datasource = datasourceOf(context);
  requireWrite(context.world, sessionOf(context), datasource, '403004');
  const doomed = earlierRevision(context, datasource);
  datasource.revisions = datasource.revisions.filter((revision) => revision !== doomed);
  await rm(doomed.path, { force: true });
  return noContent();
}

/** The current revision is reached by the data source itself, not by its number. */
function earlierRevision(context: RequestContext, datasource: DatasourceRecord): RevisionRecord {
  const number = Number(context.parameters['revision']);
  const revision = datasource.revisions.find((candidate) => candidate.number === number);
  if (revision === undefined) throw new RestError('404024', `The revision '${number}' could not be found.`);
  if (revision === datasource.revisions.at(-1)) throw new RestError('403055', 'This is the current revision.');
  return revision;
}

function datasourceOf(context: RequestContext): DatasourceRecord {
  return findDatasource(context.world, sessionOf(context), context.parameters['datasource'] ?? '');
}
