import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { EngineRefusal } from '../engine/engine.ts';
import { coversScope, requireSite } from '../rest/access.ts';
import { routes } from '../rest/routes.ts';
import type { FaultAction } from '../state/faults.ts';
import type { Session } from '../state/model.ts';
import { findSession, invalidSession } from '../state/sessions.ts';
import type { World } from '../state/world.ts';
import { parseQuery } from './query.ts';
import type { Reply } from './reply.ts';
import { drainBody, requestBody } from './request-body.ts';
import { RestError } from './rest-error.ts';
import { matchRoute, type Route, type RouteMatch } from './router.ts';
import { sendError, sendHtml, sendReply } from './send.ts';
import { compareVersions, requireKnownVersion } from './version.ts';

/** Answers one request below `/api/`. */
export async function dispatchRest(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  baseUrl: string,
): Promise<void> {
  const target = splitTarget(request.url ?? '/');
  const match = matchRoute(routes, request.method ?? 'GET', target.path);
  const routeName = match.kind === 'found' ? match.route.name : 'unknown';
  world.counters.calls[routeName] = (world.counters.calls[routeName] ?? 0) + 1;
  const fault = world.faults.take(routeName, request.url ?? '');
  if (await failBefore(world, request, response, fault)) return;
  try {
    const reply = await handle(world, request, match, { ...target, fault, baseUrl });
    if (request.method !== 'GET' && !unsavedRoutes.has(routeName)) await world.save();
    await drainBody(request);
    if (failAfter(request, response, fault)) return;
    await sendReply(request, response, reply);
  } catch (error) {
    await drainBody(request);
    if (response.headersSent || request.socket.destroyed) {
      response.destroy();
      return;
    }
    if (failAfter(request, response, fault)) return;
    sendError(request, response, asRestError(error));
  }
}

/** Routes that change nothing that lasts. */
const unsavedRoutes: ReadonlySet<string> = new Set([
  'auth.signin',
  'auth.signout',
  'auth.switchSite',
  'fileUploads.initiate',
  'fileUploads.append',
]);

interface Target {
  readonly version: string;
  readonly path: string;
  readonly search: string;
}

async function handle(
  world: World,
  request: IncomingMessage,
  match: RouteMatch,
  target: Target & { readonly fault: FaultAction | undefined; readonly baseUrl: string },
): Promise<Reply> {
  // Every server answers serverinfo in whatever version it is asked.
  const isServerInfo = match.kind === 'found' && match.route.name === 'serverinfo';
  if (!isServerInfo) requireKnownVersion(target.version, world.seed.apiVersion);
  if (match.kind === 'unknown') throw new RestError('404003', `The resource '${target.path}' does not exist.`);
  if (match.kind === 'wrongMethod')
    throw new RestError('405000', `The method '${request.method}' is not allowed here.`);
  const session = authorize(world, request, match.route, target.version, match.parameters['site']);
  const cut = target.fault?.kind === 'cut' && target.fault.when === 'during' ? target.fault.afterBytes : undefined;
  return await match.route.handle({
    world,
    method: request.method ?? 'GET',
    version: target.version,
    parameters: match.parameters,
    query: parseQuery(target.search),
    headers: request.headers,
    body: requestBody(request, cut),
    session,
    fault: target.fault,
    baseUrl: target.baseUrl,
  });
}

function authorize(
  world: World,
  request: IncomingMessage,
  route: Route,
  version: string,
  siteId: string | undefined,
): Session | undefined {
  if (route.auth === 'none') return undefined;
  const header = request.headers['x-tableau-auth'];
  const session = findSession(world, Array.isArray(header) ? header[0] : header);
  if (route.since !== undefined && compareVersions(version, route.since) < 0) {
    throw new RestError('404003', `The resource needs API version ${route.since}.`);
  }
  if (siteId !== undefined) requireSite(world, session, siteId);
  if (session.scopes !== undefined) {
    const tooOld = route.jwtSince !== undefined && compareVersions(version, route.jwtSince) < 0;
    // A missing scope shows as a bad token, not as a missing right.
    if (tooOld || (route.scope !== undefined && !coversScope(session.scopes, route.scope))) throw invalidSession();
  }
  return session;
}

/** Faults that come before anything is done. True when the request is answered, or the connection gone. */
async function failBefore(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  fault: FaultAction | undefined,
): Promise<boolean> {
  switch (fault?.kind) {
    case 'slow':
      await delay(fault.delayMs, undefined, { signal: world.signal });
      return false;
    case 'cut':
      if (fault.when === 'before') request.socket.resetAndDestroy();
      return fault.when === 'before';
    case 'throttle': {
      await drainBody(request);
      const headers = retryAfterHeader(fault);
      if (fault.body === 'html') sendHtml(response, 429, 'Too Many Requests', headers);
      else if (fault.body === 'empty') response.writeHead(429, { 'content-length': 0, ...headers }).end();
      else {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        sendError(request, response, new RestError('429000', 'Too many requests.'));
      }
      return true;
    }
    case 'html':
      await drainBody(request);
      sendHtml(response, fault.status, fault.status === 200 ? 'Sign in to the proxy' : 'Attention Required!');
      return true;
    case 'error':
      await drainBody(request);
      sendError(request, response, new RestError(fault.code, fault.detail, fault.status));
      return true;
    case 'redirect':
      await drainBody(request);
      response
        .writeHead(fault.status, { location: fault.location.replace('$path', request.url ?? '/'), 'content-length': 0 })
        .end();
      return true;
    default:
      return false;
  }
}

/** Faults that come when the request has been done. */
function failAfter(request: IncomingMessage, response: ServerResponse, fault: FaultAction | undefined): boolean {
  if (fault?.kind === 'gatewayTimeout') {
    sendHtml(response, 504, 'Gateway Timeout');
    return true;
  }
  if (fault?.kind === 'cut' && fault.when === 'after') {
    request.socket.resetAndDestroy();
    return true;
  }
  if (fault?.kind === 'cut' && fault.when === 'reply') {
    response.writeHead(200, { 'content-type': 'application/xml;charset=utf-8', 'content-length': 4096 });
    response.write('<?xml version="1.0" encoding="UTF-8"?><tsResponse', () => request.socket.destroy());
    return true;
  }
  return false;
}

function retryAfterHeader(fault: FaultAction & { readonly kind: 'throttle' }): Record<string, string> {
  if (fault.retryAfter === undefined) return {};
  if (fault.retryAfter === 'date') {
    return { 'retry-after': new Date(Date.now() + fault.retryAfterSeconds * 1000).toUTCString() };
  }
  return { 'retry-after': String(fault.retryAfter) };
}

/** `/api/3.27/sites/…?x=y` in its parts. */
function splitTarget(url: string): Target {
  const match = /^\/api\/([^/?]*)\/?([^?]*)(\?.*)?$/is.exec(url);
  return { version: match?.[1] ?? '', path: match?.[2] ?? '', search: match?.[3] ?? '' };
}

function asRestError(error: unknown): RestError {
  if (error instanceof RestError) return error;
  if (error instanceof EngineRefusal) return new RestError(error.restCode, error.message);
  return new RestError(
    '500000',
    `Internal error of the simulator: ${error instanceof Error ? error.message : 'unknown'}`,
  );
}
