import { Cluster, Redis, type RedisOptions } from 'ioredis';

import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { joinPrivateRedis } from './private-redis.ts';

/** The options that we use; the two left out select other reply types. */
type ClientOptions = Omit<RedisOptions, 'replyMapping' | 'himportFieldsets'>;

/** A way to one Redis, with clients opened on demand; holds no client itself. */
export interface QueueConnection {
  /** For messages: host and port or socket path, never a password. */
  readonly describe: string;
  /**
   * A new client that its opener must close. `failFast`: commands fail at once while the server is away (producers);
   * without it they wait for the server (workers).
   */
  open(options: { readonly failFast: boolean; readonly name: string }): RedisClient;
}

export interface ConnectRedisOptions {
  /** `redis://`, `rediss://`, `unix:///path`, `redis-cluster://a:6379,b:6379`, `redis-sentinel://a:26379,b:26379/NAME`. */
  readonly redisUrl?: string | undefined;
  /** The data folder whose private Redis is joined when no URL is given. */
  readonly dataDir: string;
}

/**
 * The way to the queue's Redis: the URL's, or the running private one of the data folder.
 * @throws {QueueError} QUEUE_NOT_RUNNING, QUEUE_URL_INVALID
 */
export async function connectRedis({ redisUrl, dataDir }: ConnectRedisOptions): Promise<QueueConnection> {
  if (redisUrl) return connectionFromUrl(redisUrl);
  return joinPrivateRedis({ dataDir });
}

/** @throws {QueueError} QUEUE_URL_INVALID */
export function connectionFromUrl(redisUrl: string): QueueConnection {
  const [, scheme = '', rest = ''] = /^([a-z+-]+):\/\/(.*)$/s.exec(redisUrl) ?? [];
  if (scheme === 'unix') return socketConnection(decodeURI(rest));
  const tls = scheme.startsWith('rediss');
  const kind = scheme.replace(/^rediss?/, '');
  if (!/^rediss?$/.test(scheme) && kind !== '-cluster' && kind !== '-sentinel') throw invalidUrl();
  const [, userInfo = '', hosts = '', path = ''] = /^(?:([^@/]*)@)?([^/@]+)(?:\/([^?]*))?(?:\?.*)?$/.exec(rest) ?? [];
  const nodes = hosts.split(',').map((host) => parseHost(host, kind === '-sentinel' ? 26_379 : 6379));
  const [user = '', password] = userInfo.split(':', 2).map((part) => decodeURIComponent(part));
  const auth: ClientOptions = {
    ...(user === '' ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: { servername: nodes[0]?.host ?? '' } } : {}),
  };
  const describe = nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  if (kind === '-cluster') {
    const slotsTls = tls
      ? { dnsLookup: (address: string, done: (e: null, a: string) => void) => done(null, address) }
      : {};
    return {
      describe: `cluster ${describe}`,
      open: ({ failFast, name }) =>
        quiet(
          new Cluster(nodes, {
            ...slotsTls,
            lazyConnect: true,
            enableOfflineQueue: !failFast,
            redisOptions: { ...auth, ...clientOptions(failFast, name) },
            ...(failFast ? { clusterRetryStrategy: retryDelayMs, maxRedirections: 4 } : {}),
          }),
        ),
    };
  }
  if (kind === '-sentinel') {
    const [master = '', db = '0'] = path.split('/');
    if (master === '') throw invalidUrl();
    return {
      describe: `${master} at sentinels ${describe}`,
      open: ({ failFast, name }) =>
        quiet(
          new Redis({
            sentinels: nodes,
            name: master,
            role: 'master',
            db: Number(db),
            ...auth,
            ...clientOptions(failFast, name),
          }),
        ),
    };
  }
  const [node] = nodes;
  if (!node || !/^\d*$/.test(path)) throw invalidUrl();
  return plainConnection(describe, { ...node, ...auth, ...(path === '' ? {} : { db: Number(path) }) });
}

/** The way to a server on a Unix socket. */
export function socketConnection(path: string): QueueConnection {
  return plainConnection(path, { path });
}

function plainConnection(describe: string, options: ClientOptions): QueueConnection {
  return { describe, open: ({ failFast, name }) => quiet(new Redis({ ...options, ...clientOptions(failFast, name) })) };
}

function clientOptions(failFast: boolean, name: string): ClientOptions {
  return {
    connectionName: name,
    // BullMQ calls connect() on a lazy client and gives up when that fails; one that is connecting it waits for.
    lazyConnect: failFast,
    retryStrategy: retryDelayMs,
    maxRetriesPerRequest: null,
    connectTimeout: failFast ? 2000 : 10_000,
    ...(failFast ? { enableOfflineQueue: false, autoResendUnfulfilledCommands: false } : {}),
  };
}

function retryDelayMs(times: number): number {
  return Math.min(50 * times, 1000);
}

/** Connection errors reach the callers as failed commands; without a listener they would end the process. */
function quiet<T extends RedisClient>(client: T): T {
  client.on('error', () => {});
  return client;
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } {
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === '') throw invalidUrl();
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? defaultPort : Number(port) };
}

function invalidUrl(): QueueError {
  return new QueueError(
    'QUEUE_URL_INVALID',
    'REDIS_URL is none of redis://, rediss://, unix://, redis-cluster://, redis-sentinel:// with host names',
  );
}
