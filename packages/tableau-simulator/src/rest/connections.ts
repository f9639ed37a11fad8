import { element, type Element, listElement } from '../http/element.ts';
import { attribute, booleanAttribute, children, type PayloadNode, requireChild } from '../http/payload.ts';
import { reply, type Reply } from '../http/reply.ts';
import { readPayload, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { ConnectionRecord, DatasourceRecord } from '../state/model.ts';
import { requireWrite } from './datasources.ts';
import { findDatasource } from './datasource-view.ts';

/** `GET /datasources/{id}/connections`. */
export function listConnections(context: RequestContext): Reply {
  const datasource = datasourceOf(context);
  return reply(200, listElement('connections', datasource.connections.map(connectionElement)));
}

/** `PUT /datasources/{id}/connections/{id}`. */
export async function updateConnection(context: RequestContext): Promise<Reply> {
  const datasource = datasourceOf(context);
  requireWrite(context.world, sessionOf(context), datasource, '403021');
  const connection = findConnection(datasource, context.parameters['connection'] ?? '');
  applyChange(connection, requireChild(await readPayload(context), 'connection'));
  return reply(200, connectionElement(connection));
}

/** `PUT /datasources/{id}/connections`: several at once (3.26). */
export async function updateConnections(context: RequestContext): Promise<Reply> {
  const datasource = datasourceOf(context);
  requireWrite(context.world, sessionOf(context), datasource, '403021');
  const payload = await readPayload(context);
  const ids = requireChild(payload, 'connectionLUIDs')['connectionLUID'];
  const wanted = (Array.isArray(ids) ? ids : [ids]).map((id) => findConnection(datasource, String(id)));
  for (const connection of wanted) applyChange(connection, children(payload, 'connection')[0] ?? {});
  return reply(200, listElement('connections', wanted.map(connectionElement)));
}

/**
 * A connection of a data source.
 * @throws {RestError} 404011
 */
export function findConnection(datasource: DatasourceRecord, id: string): ConnectionRecord {
  const connection = datasource.connections.find((candidate) => candidate.id === id.toLowerCase());
  if (connection === undefined) throw new RestError('404011', `The connection '${id}' could not be found.`);
  return connection;
}

function applyChange(connection: ConnectionRecord, wanted: PayloadNode): void {
  connection.serverAddress = attribute(wanted, 'serverAddress') ?? connection.serverAddress;
  connection.serverPort = attribute(wanted, 'serverPort') ?? connection.serverPort;
  connection.userName = attribute(wanted, 'userName') ?? connection.userName;
  connection.embedPassword = booleanAttribute(wanted, 'embedPassword') ?? connection.embedPassword;
}

function connectionElement(connection: ConnectionRecord): Element {
  return element('connection', {
    id: connection.id,
    type: connection.type,
    serverAddress: connection.serverAddress,
    serverPort: connection.serverPort,
    userName: connection.userName,
    embedPassword: connection.embedPassword,
    queryTaggingEnabled: connection.type === 'hyper' ? true : undefined,
  });
}

function datasourceOf(context: RequestContext): DatasourceRecord {
  return findDatasource(context.world, sessionOf(context), context.parameters['datasource'] ?? '');
}
