import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { z } from 'zod';

import { drainBody, requestBody } from '../http/request-body.ts';
import { readText } from '../http/request-context.ts';
import { sendHtml } from '../http/send.ts';
import { type Admin, AdminError } from './admin.ts';
import { sendDatasourcePage, sendIndexPage } from './pages.ts';

/** Path of the admin routes. */
export const ADMIN_PATH = '/simulator';

const connectionSchema = z.strictObject({ datasourceId: z.string() });

type AdminAction = (admin: Admin, body: unknown) => unknown;

const reads: Readonly<Record<string, AdminAction>> = {
  state: (admin) => admin.state(),
  counters: (admin) => admin.counters(),
  limits: (admin) => admin.limits(),
  faults: (admin) => ({ rules: admin.world.faults.rules, done: admin.world.faults.done }),
};

const writes: Readonly<Record<string, AdminAction>> = {
  limits: (admin, body) => admin.setLimits(body),
  faults: (admin, body) => ({ rules: admin.setFaults(body) }),
  clock: (admin, body) => admin.setClock(body),
  'publish-right': (admin, body) => done(() => admin.setPublishRight(body)),
  token: (admin, body) => done(() => admin.setToken(body)),
  connection: (admin, body) => done(() => admin.addConnection(connectionSchema.parse(body).datasourceId)),
  'counters/reset': (admin) => done(() => admin.resetCounters()),
  reset: async (admin) => {
    await admin.reset();
    return { done: true };
  },
};

/** Answers the admin routes and the page for people. */
export async function dispatchAdmin(
  admin: Admin,
  request: IncomingMessage,
  response: ServerResponse,
  baseUrl: string,
): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  try {
    requireOwnOrigin(request, baseUrl);
    if (path === '/' && request.method === 'GET') sendIndexPage(admin, response);
    else if (path.startsWith('/page/') && request.method === 'GET') {
      await sendDatasourcePage(admin, response, path.slice('/page/'.length));
    } else if (path.startsWith(`${ADMIN_PATH}/datasources/`) && request.method === 'GET') {
      await answerDatasource(admin, response, path.slice(`${ADMIN_PATH}/datasources/`.length));
    } else if (path.startsWith(`${ADMIN_PATH}/`)) {
      await answerAction(admin, request, response, path.slice(ADMIN_PATH.length + 1));
    } else {
      await drainBody(request);
      sendHtml(response, 404, 'Not found');
    }
  } catch (error) {
    await drainBody(request);
    if (response.headersSent) throw error;
    const status = error instanceof AdminError ? error.status : error instanceof z.ZodError ? 400 : 500;
    sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function answerAction(
  admin: Admin,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  if (request.method === 'GET') {
    const read = Object.hasOwn(reads, name) ? reads[name] : undefined;
    if (read === undefined) throw new AdminError(404, `there is no admin route ${name}`);
    sendJson(response, 200, await read(admin, undefined));
    return;
  }
  const write = Object.hasOwn(writes, name) ? writes[name] : undefined;
  if (write === undefined || (request.method !== 'POST' && request.method !== 'PUT')) {
    throw new AdminError(404, `there is no admin route ${request.method} ${name}`);
  }
  const result = await write(admin, await readJson(request));
  await admin.world.save();
  sendJson(response, 200, result);
}

/** `{id}/sha256`, `{id}/tables`, `{id}/content` (the bytes of the .hyper). */
async function answerDatasource(admin: Admin, response: ServerResponse, rest: string): Promise<void> {
  const [id = '', what] = rest.split('/');
  if (what === 'sha256') {
    const { sha256, sizeBytes } = admin.content(id);
    sendJson(response, 200, { sha256, sizeBytes });
  } else if (what === 'tables') {
    sendJson(response, 200, { tables: await admin.tables(id) });
  } else if (what === 'content') {
    const { path, sizeBytes } = admin.content(id);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': sizeBytes });
    await pipeline(createReadStream(path), response);
  } else {
    throw new AdminError(404, `there is no admin route datasources/${rest}`);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new AdminError(415, 'send application/json');
  }
  const text = await readText(requestBody(request), 1024 * 1024);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new AdminError(400, 'the body is not JSON');
  }
}

/** Browsers name the page that a request comes from: only our own may. */
function requireOwnOrigin(request: IncomingMessage, baseUrl: string): void {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== baseUrl) throw new AdminError(403, 'foreign Origin header');
}

function done(act: () => void): { readonly done: true } {
  act();
  return { done: true };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.byteLength })
    .end(body);
}
