import { reply, noContent, type Reply } from '../http/reply.ts';
import { element, listElement } from '../http/element.ts';
import { attribute, child, children, type PayloadNode, requireChild } from '../http/payload.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { DatasourceRecord } from '../state/model.ts';
import { requireWrite } from './datasources.ts';
import { findDatasource, tagsElement } from './datasource-view.ts';

/** `PUT /datasources/{id}/tags`: adds labels. */
export async function addTags(context: RequestContext): Promise<Reply> {
  const datasource = writableDatasource(context, context.parameters['datasource'] ?? '');
  for (const label of labelsOf(requireChild(await readPayload(context), 'tags'))) datasource.tags.add(label);
  return reply(200, tagsElement(datasource));
}

/** `DELETE /datasources/{id}/tags/{label}`: the label is the rest of the path, slashes escaped or not. */
export function deleteTag(context: RequestContext): Reply {
  const datasource = writableDatasource(context, context.parameters['datasource'] ?? '');
  datasource.tags.delete(unquoted(context.parameters['label'] ?? ''));
  return noContent();
}

/** `PUT /tags:batchCreate`: the same labels on several data sources. */
export async function batchCreateTags(context: RequestContext): Promise<Reply> {
  const { datasources, labels } = await readBatch(context);
  for (const datasource of datasources) for (const label of labels) datasource.tags.add(label);
  return batchReply(labels);
}

/** `PUT /tags:batchDelete`. */
export async function batchDeleteTags(context: RequestContext): Promise<Reply> {
  const { datasources, labels } = await readBatch(context);
  for (const datasource of datasources) for (const label of labels) datasource.tags.delete(label);
  return batchReply(labels);
}

async function readBatch(context: RequestContext) {
  const batch = requireChild(await readPayload(context), 'tagBatch');
  const labels = labelsOf(requireChild(batch, 'tags'));
  const datasources = children(child(batch, 'contents'), 'content').map((content) => {
    const type = attribute(content, 'contentType') ?? '';
    if (type.toLowerCase() !== 'datasource')
      throw new RestError('400077', `The content type '${type}' has no tags here.`);
    return writableDatasource(context, attribute(content, 'id') ?? '');
  });
  return { datasources, labels };
}

function batchReply(labels: readonly string[]): Reply {
  const tags = labels.map((label) => element('tag', { label }));
  return reply(200, element('tagBatch', {}, [listElement('tags', tags)]));
}

function writableDatasource(context: RequestContext, id: string): DatasourceRecord {
  const session = sessionOf(context);
  const datasource = findDatasource(context.world, session, id);
  requireWrite(context.world, session, datasource, '403004');
  return datasource;
}

/** Labels in double quotes are one tag; without them they split at blanks and commas. */
function labelsOf(tags: PayloadNode): readonly string[] {
  const labels = children(tags, 'tag').flatMap((tag) => {
    const label = (attribute(tag, 'label') ?? '').trim();
    return /^".*"$/s.test(label) ? [unquoted(label)] : label.split(/[\s,]+/);
  });
  const given = labels.filter((label) => label !== '');
  if (given.length === 0) throw new RestError('400075', 'The request has no tag label.');
  return given;
}

function unquoted(label: string): string {
  return label.replace(/^"(.*)"$/s, '$1');
}
