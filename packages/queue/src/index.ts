export { QueueError } from './errors.ts';
export { cachedRedisServer, findRedisServer, redisCacheDir, type RedisPathEnv } from './redis/redis-path.ts';
