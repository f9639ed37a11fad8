import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { type Element, writeJson, writeXml } from './element.ts';
import type { Reply } from './reply.ts';
import { errorElement, type RestError } from './rest-error.ts';

/** Sends a reply as XML, or as JSON when the request accepts that first. */
export async function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.kind === 'empty') {
    response.writeHead(reply.status).end();
    return;
  }
  if (reply.kind === 'stream') {
    response.writeHead(200, reply.headers);
    await pipeline(reply.body, response);
    return;
  }
  sendElements(request, response, reply.status, reply.elements);
}

/** Sends an error of the API. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: RestError): void {
  sendElements(request, response, error.status, [errorElement(error)]);
}

function sendElements(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  elements: readonly Element[],
): void {
  const json = acceptsJson(request.headers.accept);
  const body = Buffer.from(json ? writeJson(elements) : writeXml(elements));
  response
    .writeHead(status, {
      'content-type': json ? 'application/json;charset=utf-8' : 'application/xml;charset=utf-8',
      'content-length': body.byteLength,
    })
    .end(body);
}

/** Sends a page as gateways and login proxies do. */
export function sendHtml(response: ServerResponse, status: number, title: string, headers = {}): void {
  const body = Buffer.from(
    `<!DOCTYPE html><html><head><meta charset=utf-8><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  );
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.byteLength, ...headers })
    .end(body);
}

function acceptsJson(accept: string | undefined): boolean {
  const first = /application\/(json|xml)|text\/xml/i.exec(accept ?? '')?.[1];
  return first?.toLowerCase() === 'json';
}
