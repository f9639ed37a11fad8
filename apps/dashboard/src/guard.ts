import { errorCodeEntry, type ErrorCode } from '@hyperferry/schema';
import type { Context, MiddlewareHandler } from 'hono';

// Loopback is not a border: any web page that the operator visits can send requests to 127.0.0.1, and a DNS name of
// the attacker can point there. So the Host must be ours, the Origin (when there is one) too, and writes must be JSON,
// which a foreign page can't send without asking first.

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Refuses requests from foreign pages and names, and sets the security headers. */
export function guard(extraHosts: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const refusal = refuse(context, extraHosts);
    if (refusal !== undefined) return problem(context, ...refusal);
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    return undefined;
  };
}

function refuse(context: Context, extraHosts: readonly string[]): [ErrorCode, string] | undefined {
  const host = context.req.header('host')?.toLowerCase() ?? '';
  const hostName = host.replace(/:\d+$/, '');
  if (!LOOPBACK.has(hostName) && !extraHosts.includes(host) && !extraHosts.includes(hostName)) {
    return ['HTTP_HOST_FOREIGN', 'the Host header names another machine'];
  }
  const origin = context.req.header('origin')?.toLowerCase();
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return ['HTTP_ORIGIN_FOREIGN', 'the request comes from a page of another site'];
  }
  const site = context.req.header('sec-fetch-site');
  const isWrite = !['GET', 'HEAD', 'OPTIONS'].includes(context.req.method);
  if (isWrite && (site === 'cross-site' || site === 'same-site')) {
    return ['HTTP_ORIGIN_FOREIGN', 'the request comes from a page of another site'];
  }
  const contentType = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (isWrite && contentType !== 'application/json') return ['HTTP_CONTENT_TYPE', 'writes must be application/json'];
  return undefined;
}

/** An error as problem details (RFC 9457). */
export function problem(context: Context, code: ErrorCode, detail: string): Response {
  const { http, next } = errorCodeEntry(code);
  const body = JSON.stringify({ type: 'about:blank', title: code, status: http, detail, code, next });
  return context.body(body, http as 400, { 'Content-Type': 'application/problem+json', ...SECURITY_HEADERS });
}
