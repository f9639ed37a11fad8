import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { packageHyper } from '../engine/packaged.ts';
import type { Reply } from '../http/reply.ts';
import { type RequestContext, sessionOf } from '../http/request-context.ts';
import type { DatasourceRecord, RevisionRecord } from '../state/model.ts';
import { currentRevision, findDatasource } from './datasource-view.ts';

/** `GET /datasources/{id}/content`: a published `.hyper` comes back inside a `.tdsx`. */
export async function downloadDatasource(context: RequestContext): Promise<Reply> {
  const datasource = findDatasource(context.world, sessionOf(context), context.parameters['datasource'] ?? '');
  return await contentReply(datasource, currentRevision(datasource), context.query);
}

/** The bytes of a revision as a download. */
export async function contentReply(
  datasource: DatasourceRecord,
  revision: RevisionRecord,
  query: ReadonlyMap<string, string>,
): Promise<Reply> {
  if (revision.holds === 'tds') {
    const { byteLength } = await readFile(revision.path);
    return stream(`${datasource.name}.tds`, byteLength, createReadStream(revision.path));
  }
  const withExtract = !/^false$/i.test(query.get('includeExtract') ?? 'true');
  const packaged = await packageHyper(datasource.name, withExtract ? revision.path : undefined);
  return stream(`${datasource.name}.tdsx`, packaged.sizeBytes, packaged.stream);
}

function stream(filename: string, sizeBytes: number, body: AsyncIterable<Uint8Array>): Reply {
  return {
    kind: 'stream',
    // Exactly this type: with a charset TSC decodes the archive as text.
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': disposition(filename),
      ...(sizeBytes < 0 ? {} : { 'content-length': sizeBytes }),
    },
    body,
  };
}

/** Node refuses raw UTF-8 in headers: other characters go into `filename*`. */
function disposition(filename: string): string {
  const prefix = 'name="tableau_datasource"; ';
  if (/^[\u0020-\u007E]*$/.test(filename) && !/["\\%]/.test(filename)) return `${prefix}filename="${filename}"`;
  const encoded = encodeURIComponent(filename).replaceAll(
    /['()*]/g,
    (character) => `%${character.codePointAt(0)?.toString(16).toUpperCase() ?? ''}`,
  );
  return `${prefix}filename*=UTF-8''${encoded}`;
}
