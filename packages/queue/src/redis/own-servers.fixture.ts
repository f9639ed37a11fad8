import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { Redis, type RedisOptions } from 'ioredis';

import { findRedisServer } from './redis-path.ts';

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts a redis-server of a test's own, with nothing but the arguments given. `env` says where the program is. */
export function spawnRedis(env: NodeJS.ProcessEnv, args: readonly string[]): ChildProcess {
  return spawn(findRedisServer(env), args, { stdio: 'ignore' });
}

/** Does something with a client of its own; waits until the server answers. */
export async function withClient<T>(options: RedisOptions, action: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({
    host: '127.0.0.1',
    ...(options as object),
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  });
  redis.on('error', () => {});
  try {
    return await action(redis);
  } finally {
    redis.disconnect();
  }
}

/** Ends servers at once. */
export async function killAll(servers: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    }),
  );
}
