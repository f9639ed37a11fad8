import { isIP } from 'node:net';

import { QueueError } from '../errors.ts';

/** A Redis address, taken apart. */
export interface RedisUrl {
  readonly kind: 'server' | 'socket' | 'cluster' | 'sentinel';
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Servers, or sentinels; none of a socket. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Path of the socket. */
  readonly path: string;
  /** Name of the master that the sentinels watch. */
  readonly master: string;
  readonly db: number | undefined;
}

/** @throws {QueueError} QUEUE_URL_INVALID, which doesn't repeat the URL: there may be a password in it */
export function parseRedisUrl(text: string): RedisUrl {
  const [, scheme = '', kind = '', rest = ''] = /^(rediss?|unix)(-cluster|-sentinel)?:\/\/(.+)$/s.exec(text) ?? [];
  const nothing = { username: undefined, password: undefined, nodes: [], path: '', master: '', db: undefined };
  if (scheme === 'unix' && kind === '') return { ...nothing, kind: 'socket', tls: false, path: decoded(rest) };
  const [, userInfo = '', hosts = '', path = ''] = /^(?:([^@/]*)@)?([^/@]+)(?:\/([^?]*))?(?:\?.*)?$/.exec(rest) ?? [];
  if (scheme === 'unix' || hosts === '') throw invalidUrl();
  const colon = userInfo.indexOf(':');
  const username = decoded(colon < 0 ? userInfo : userInfo.slice(0, colon));
  const password = colon < 0 ? undefined : decoded(userInfo.slice(colon + 1));
  const [master, db] = kind === '-sentinel' ? path.split('/') : ['', path];
  if ((kind === '-sentinel' && !master) || !/^\d*$/.test(db ?? '')) throw invalidUrl();
  return {
    kind: kind === '-cluster' ? 'cluster' : kind === '-sentinel' ? 'sentinel' : 'server',
    tls: scheme === 'rediss',
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : password,
    nodes: hosts.split(',').map((host) => parseHost(host, kind === '-sentinel' ? 26_379 : 6379)),
    path: '',
    master: decoded(master ?? ''),
    db: db ? Number(db) : undefined,
  };
}

/** The name by which TLS asks for a host's certificate; none for an address. */
export function serverName(host: string | undefined): { readonly servername?: string } {
  return host === undefined || isIP(host) !== 0 ? {} : { servername: host };
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } {
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === '') throw invalidUrl();
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? defaultPort : Number(port) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUrl();
  }
}

function invalidUrl(): QueueError {
  return new QueueError(
    'QUEUE_URL_INVALID',
    'REDIS_URL is none of redis://, rediss://, unix://, redis-cluster://, redis-sentinel:// (or rediss-…) with host names',
  );
}
