import type { Logger } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { isConnectionError } from './fail-fast.ts';

const oldestVersion = [6, 2] as const;

/**
 * Refuses a Redis that may throw runs away under memory pressure, and warns of one that forgets them at a restart.
 * Reads INFO only: managed services often forbid CONFIG.
 * @throws {QueueError} QUEUE_REDIS_UNSAFE
 */
export async function checkRedis(redis: RedisClient, where: string, logger: Logger): Promise<void> {
  let info: Record<string, string>;
  try {
    const sections = await Promise.all([redis.info('server'), redis.info('memory'), redis.info('persistence')]);
    info = parseInfo(sections.join('\n'));
  } catch (error) {
    if (isConnectionError(error)) throw error;
    logger.warn({ redis: where, err: error }, 'INFO is not allowed here: eviction and persistence were not checked');
    return;
  }
  refuseEviction(info, where);
  const version = info['redis_version'] ?? info['valkey_version'] ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (version !== '' && (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]))) {
    throw new QueueError('QUEUE_REDIS_UNSAFE', `Redis at ${where} is version ${version}; 6.2 is the oldest supported`);
  }
  if (info['aof_enabled'] === '0') {
    logger.warn({ redis: where }, 'Redis writes no append-only file: runs submitted shortly before a crash are lost');
  }
}

/**
 * Refuses to put runs into a Redis that may throw them away: one INFO, for producers. Where that isn't allowed, the
 * workers have looked.
 * @throws {QueueError} QUEUE_REDIS_UNSAFE
 */
export async function assertNoEviction(redis: RedisClient, where: string): Promise<void> {
  const info = await redis.info('memory').catch((error: unknown) => {
    if (isConnectionError(error)) throw error;
    return '';
  });
  refuseEviction(parseInfo(info), where);
}

function refuseEviction(info: Readonly<Record<string, string>>, where: string): void {
  const policy = info['maxmemory_policy'];
  if (policy === undefined || policy === 'noeviction') return;
  throw new QueueError(
    'QUEUE_REDIS_UNSAFE',
    `Redis at ${where} has maxmemory-policy ${policy}: it may delete queued runs when memory is short`,
  );
}

/** `name:value` lines as an object. */
export function parseInfo(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('#') && line.includes(':'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
