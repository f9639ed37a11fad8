import { type ConnectionOptions as TlsOptions, rootCertificates } from 'node:tls';

import type { RedisSettings } from '@hyperferry/schema';
import type { RedisOptions } from 'ioredis';

import { ioredis } from '../libraries.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { joinPrivateRedis } from './private-redis.ts';
import { readRedisSecrets, type RedisSecrets } from './read-secrets.ts';
import { parseRedisUrl, type RedisUrl, serverName } from './redis-url.ts';

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
  /** Default: no URL. */
  readonly redis?: RedisSettings;
  /** The data folder whose private Redis is joined when no URL is given. */
  readonly dataDir: string;
}

/**
 * The way to the queue's Redis: the URL's, or the running private one of the data folder.
 * @throws {QueueError} QUEUE_NOT_RUNNING, QUEUE_URL_INVALID, CONFIG_INVALID
 */
export async function connectRedis({ redis, dataDir }: ConnectRedisOptions): Promise<QueueConnection> {
  if (redis?.url === undefined) return joinPrivateRedis({ dataDir });
  return connectionFromUrl(redis.url, await readRedisSecrets(redis));
}

/** @throws {QueueError} QUEUE_URL_INVALID */
export function connectionFromUrl(redisUrl: string, secrets: RedisSecrets = {}): QueueConnection {
  const url = parseRedisUrl(redisUrl);
  if (url.kind === 'socket') return socketConnection(url.path);
  const password = secrets.password ?? url.password;
  const auth: ClientOptions = {
    ...(url.username === undefined ? {} : { username: url.username }),
    ...(password === undefined ? {} : { password }),
    ...(url.db === undefined ? {} : { db: url.db }),
  };
  const tls = url.tls ? tlsOptions(secrets) : undefined;
  const describe = url.nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  if (url.kind === 'cluster') return clusterConnection(`cluster ${describe}`, url, auth, tls);
  if (url.kind === 'sentinel') {
    return sentinelConnection(
      `${url.master} at sentinels ${describe}`,
      url,
      { ...auth, ...sentinelAuth(secrets) },
      tls,
    );
  }
  return plainConnection(describe, { ...url.nodes[0], ...auth, ...(tls === undefined ? {} : { tls }) });
}

/** The way to a server on a Unix socket. */
export function socketConnection(path: string): QueueConnection {
  return plainConnection(path, { path });
}

function plainConnection(describe: string, options: ClientOptions): QueueConnection {
  return {
    describe,
    open: ({ failFast, name }) => quiet(new ioredis.Redis({ ...options, ...clientOptions(failFast, name) })),
  };
}

function clusterConnection(
  describe: string,
  { nodes }: RedisUrl,
  auth: ClientOptions,
  tls: TlsOptions | undefined,
): QueueConnection {
  // The nodes name each other by addresses, which certificates often don't: the first host's name stands for all.
  const ofAllNodes = tls === undefined ? {} : { tls: { ...tls, ...serverName(nodes[0]?.host) } };
  const slotsTls =
    tls === undefined
      ? {}
      : { dnsLookup: (address: string, done: (e: null, a: string) => void) => done(null, address) };
  return {
    describe,
    open: ({ failFast, name }) =>
      quiet(
        new ioredis.Cluster([...nodes], {
          ...slotsTls,
          lazyConnect: true,
          enableOfflineQueue: !failFast,
          redisOptions: { ...auth, ...ofAllNodes, ...clientOptions(failFast, name) },
          ...(failFast ? { clusterRetryStrategy: retryDelayMs, maxRedirections: 4 } : {}),
        }),
      ),
  };
}

function sentinelConnection(
  describe: string,
  { nodes, master }: RedisUrl,
  auth: ClientOptions,
  tls: TlsOptions | undefined,
): QueueConnection {
  return {
    describe,
    open: ({ failFast, name }) =>
      quiet(
        new ioredis.Redis({
          ...auth,
          ...clientOptions(failFast, name),
          sentinels: nodes.map((node) => ({ ...node })),
          name: master,
          role: 'master',
          // The sentinels tell when they have chosen another one: the old one may hang instead of being gone.
          failoverDetector: true,
          // A sentinel that doesn't answer must leave time for the next one.
          ...(failFast ? { connectTimeout: 700, sentinelCommandTimeout: 700 } : {}),
          // Without the second option only the sentinels would be spoken to in TLS, without the third only the servers.
          ...(tls === undefined ? {} : { tls, enableTLSForSentinelMode: true, sentinelTLS: tls }),
        }),
      ),
  };
}

function sentinelAuth({ sentinelUser, sentinelPassword }: RedisSecrets): ClientOptions {
  return {
    ...(sentinelUser === undefined ? {} : { sentinelUsername: sentinelUser }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
}

function tlsOptions({ ca, cert, key }: RedisSecrets): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function clientOptions(failFast: boolean, name: string): ClientOptions {
  return {
    connectionName: name,
    // BullMQ calls connect() on a lazy client and gives up when that fails; one that is connecting it waits for.
    lazyConnect: failFast,
    retryStrategy: retryDelayMs,
    // A server that has become a replica: the command is sent again, to the master that the address leads to then.
    reconnectOnError: (error) => (/^READONLY\b/.test(error.message) ? 2 : false),
    maxRetriesPerRequest: null,
    connectTimeout: failFast ? 2000 : 10_000,
    // Who disconnects has its answers: a server that hangs must not keep the process for the 2 s that ioredis would wait.
    disconnectTimeout: 50,
    ...(failFast ? { enableOfflineQueue: false, autoResendUnfulfilledCommands: false } : {}),
  };
}

function retryDelayMs(times: number): number {
  return Math.min(50 * times, 1000);
}

/** Connection errors reach the callers as failed commands; without a listener they would end the process. */
function quiet<T extends RedisClient>(client: T): T {
  client.on('error', () => {});
  // Each command that waits for the server listens. Not 0 for "any number": BullMQ adds some to what stands here.
  client.setMaxListeners(Infinity);
  return client;
}
