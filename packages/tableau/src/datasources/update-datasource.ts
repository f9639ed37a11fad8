import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { xmlBody } from '../http/multipart.ts';
import { anyReply } from '../wire/reply-body.ts';
import { tsRequest, xmlElement } from '../wire/xml.ts';
import { type Datasource, datasourceSchema } from './datasource.ts';

/** Attributes to change; absent ones stay as they are. */
export interface DatasourceChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly isCertified?: boolean | undefined;
  readonly certificationNote?: string | undefined;
  readonly projectId?: string | undefined;
  readonly ownerId?: string | undefined;
}

/** Sends only what changes: servers refuse an owner change that names the project as well (TSC #1072). */
export async function updateDatasource(
  api: Api,
  id: string,
  change: DatasourceChange,
  signal?: AbortSignal,
): Promise<Datasource> {
  const { projectId, ownerId, ...attributes } = change;
  const children = [
    ...(projectId === undefined ? [] : [xmlElement('project', { id: projectId })]),
    ...(ownerId === undefined ? [] : [xmlElement('owner', { id: ownerId })]),
  ];
  const body = xmlBody(tsRequest(xmlElement('datasource', { ...attributes }, ...children)));
  const reply = await api.call(
    { method: 'PUT', path: `/datasources/${id}`, body, repeat: 'safe', signal },
    z.object({ datasource: datasourceSchema }),
  );
  return reply.datasource;
}

/** Makes the tags of a data source exactly these; `current` are those that it has. */
export async function setTags(
  api: Api,
  id: string,
  tags: readonly string[],
  current: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const path = `/datasources/${id}/tags`;
  const missing = tags.filter((tag) => !current.includes(tag));
  if (missing.length > 0) {
    // Unquoted labels are split at blanks and commas.
    const labels = missing.map((tag) => xmlElement('tag', { label: /[\s,]/.test(tag) ? `"${tag}"` : tag }));
    const body = xmlBody(tsRequest(xmlElement('tags', {}, ...labels)));
    await api.call({ method: 'PUT', path, body, repeat: 'safe', signal }, anyReply);
  }
  for (const tag of current.filter((one) => !tags.includes(one))) {
    await api.call({ method: 'DELETE', path: `${path}/${encodeURIComponent(tag)}`, repeat: 'safe', signal }, anyReply);
  }
}
