import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

import { QueueError } from '../errors.ts';

const programNames = ['valkey-server', 'redis-server'] as const;

/** What is read of the environment to find a server program. */
export interface RedisPathEnv {
  readonly PATH?: string | undefined;
  readonly HOME?: string | undefined;
  readonly XDG_CACHE_HOME?: string | undefined;
}

/** The folder into which set-up fetches a server program: `$XDG_CACHE_HOME/hyperferry/redis`, else below `~/.cache`. */
export function redisCacheDir(env: RedisPathEnv): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(resolve(cache), 'hyperferry', 'redis');
}

/** The program that set-up puts in place, for this platform: `<redisCacheDir>/<platform>-<arch>/redis-server`. */
export function cachedRedisServer(env: RedisPathEnv): string {
  return join(redisCacheDir(env), `${process.platform}-${process.arch}`, 'redis-server');
}

/**
 * The absolute path of a Redis or Valkey server: on PATH `valkey-server`, then `redis-server`, else the one in the cache.
 * @throws {QueueError} QUEUE_REDIS_MISSING
 */
export function findRedisServer(env: RedisPathEnv): string {
  for (const name of programNames) {
    for (const dir of (env.PATH ?? '').split(delimiter)) {
      if (dir !== '' && isProgram(join(dir, name))) return resolve(dir, name);
    }
  }
  const cached = cachedRedisServer(env);
  if (isProgram(cached)) return cached;
  throw new QueueError('QUEUE_REDIS_MISSING', `no valkey-server or redis-server on PATH, and none in ${cached}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
