import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Logger } from '@hyperferry/schema';

import { dispatchAdmin } from '../admin/admin-dispatch.ts';
import type { Admin } from '../admin/admin.ts';
import { SimulatorError } from '../errors.ts';
import type { World } from '../state/world.ts';
import { dispatchRest } from './rest-dispatch.ts';
import { sendHtml } from './send.ts';

export interface HttpServerOptions {
  readonly world: World;
  readonly admin: Admin;
  readonly port: number;
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly logger: Logger;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

const LOCAL_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Listens. @throws {SimulatorError} PORT_IN_USE, SIMULATOR_FAILED
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { world, logger } = options;
  const names = new Set([...LOCAL_NAMES, options.host, ...options.allowedHosts].map((name) => name.toLowerCase()));
  let url = '';
  const server = createServer((request, response) => {
    response.on('finish', () => {
      const status = String(response.statusCode);
      world.counters.statuses[status] = (world.counters.statuses[status] ?? 0) + 1;
      logger.debug({ method: request.method, path: pathOf(request), status: response.statusCode }, 'answered');
    });
    void answer(options, names, request, response, url).catch((error: unknown) => {
      logger.warn({ path: pathOf(request), error: String(error) }, 'a request could not be answered');
      response.destroy();
    });
  });
  // Uploads may take long; an idle connection may stay longer than clients keep theirs.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 75_000;
  const address = await listen(server, options.port, options.host);
  url = `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${address.port}`;
  return {
    url,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  options: HttpServerOptions,
  names: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  // A page from elsewhere that reaches this port under its own name must get nothing.
  const hostName = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!names.has(hostName)) {
    sendHtml(response, 403, 'Foreign Host header');
    return;
  }
  const baseUrl = request.headers.host === undefined ? url : `http://${request.headers.host}`;
  if (/^\/api(\/|$)/i.test(request.url ?? '')) await dispatchRest(options.world, request, response, baseUrl);
  else await dispatchAdmin(options.admin, request, response, baseUrl);
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === 'EADDRINUSE' ? 'PORT_IN_USE' : 'SIMULATOR_FAILED';
    throw new SimulatorError(code, `cannot listen on ${host}:${port}: ${error.message}`, { cause: error });
  });
  return server.address() as AddressInfo;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/\?.*$/s, '');
}
