import { findRedisServer } from '@hyperferry/queue/redis-path';

/** Is there a Redis: the one of REDIS_URL, or a server program on PATH or in the cache? */
export function hasRedis(env: NodeJS.ProcessEnv): boolean {
  if ((env['REDIS_URL'] ?? '') !== '') return true;
  try {
    findRedisServer(env);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'QUEUE_REDIS_MISSING') return false;
    throw error;
  }
}
