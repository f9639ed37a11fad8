import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

import type { ConnectionSettings } from '../connection/connection-settings.ts';

/** One request as the scripted site saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer; a string is XML, an object JSON. `cut` breaks the connection instead. */
export interface ScriptedReply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | object;
  readonly cut?: boolean;
}

export type Script = (request: SeenRequest) => ScriptedReply | undefined | Promise<ScriptedReply | undefined>;

/** A server on loopback that answers by a script: for failures that no well-behaved server shows. */
export interface ScriptedSite extends AsyncDisposable {
  readonly url: string;
  readonly requests: SeenRequest[];
  readonly settings: ConnectionSettings;
  /** Requests by method and a part of their path. */
  seen(method: string, pathPart: string): SeenRequest[];
}

export interface ScriptedSiteOptions {
  /** Path prefix, as behind a reverse proxy. Default: none. */
  readonly prefix?: string;
  /** Pause after each part of a body that is read. Default: none. */
  readonly pauseMs?: number;
  /** Speaks TLS with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts the site; what the script leaves undefined gets the usual answers of serverinfo, sign-in and sign-out. */
export async function startScriptedSite(script: Script, options: ScriptedSiteOptions = {}): Promise<ScriptedSite> {
  const { prefix = '', tls, pauseMs = 0 } = options;
  const requests: SeenRequest[] = [];
  let signIns = 0;
  const listener: http.RequestListener = (incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => {
      parts.push(part);
      if (pauseMs === 0) return;
      incoming.pause();
      setTimeout(() => incoming.resume(), pauseMs);
    });
    incoming.on('error', () => undefined);
    incoming.on('end', async () => {
      const url = new URL(incoming.url ?? '/', 'http://site');
      const request: SeenRequest = {
        method: incoming.method ?? '',
        path: url.pathname.slice(prefix.length),
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(parts),
      };
      requests.push(request);
      const reply = (await script(request)) ?? usualReply(request, () => (signIns += 1));
      if (reply.cut === true) {
        incoming.socket.destroy();
        return;
      }
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
      const contentType = typeof reply.body === 'string' ? 'application/xml' : 'application/json';
      outgoing.writeHead(reply.status ?? 200, { 'Content-Type': contentType, ...reply.headers });
      outgoing.end(reply.status === 204 ? undefined : text);
    });
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  return {
    url,
    requests,
    settings: {
      name: 'scripted',
      serverUrl: url,
      siteContentUrl: 'demo',
      credentials: { kind: 'pat', tokenName: 'robot', tokenSecret: 'c2VjcmV0==:dG9rZW4' },
      tlsInsecure: false,
    },
    seen: (method, pathPart) =>
      requests.filter((request) => request.method === method && request.path.includes(pathPart)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An error body as Tableau writes it. */
export function tableauError(code: string, detail = 'detail'): ScriptedReply {
  return { status: Number(code.slice(0, 3)), body: { error: { code, summary: 'Summary', detail } } };
}

function usualReply(request: SeenRequest, countSignIn: () => number): ScriptedReply {
  if (/\/serverinfo$/i.test(request.path)) {
    return { body: { serverInfo: { productVersion: { value: '2025.3.0' }, restApiVersion: '3.27' } } };
  }
  if (request.path.endsWith('/auth/signin')) {
    const token = `token-${countSignIn()}`;
    return { body: { credentials: { token, site: { id: 'site-1', contentUrl: 'demo' }, user: { id: 'user-1' } } } };
  }
  if (request.path.endsWith('/auth/signout')) return { status: 204 };
  return tableauError('404003', `no script for ${request.method} ${request.path}`);
}
