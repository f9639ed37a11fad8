import { createHash } from 'node:crypto';

import type { Cluster, Redis } from 'ioredis';

import { fullOf } from '../redis/refusal.ts';
import { luaPrelude } from './lua-prelude.ts';

/** A connected client: one server, a Sentinel group or a Cluster. */
export type RedisClient = Redis | Cluster;

/** A Lua script of the lines with its hash. */
export interface LineScript {
  readonly text: string;
  readonly sha1: string;
}

const slotKey = '{hf}:lines';

/** Joins a script's text with the prelude. */
export function lineScript(body: string): LineScript {
  const text = luaPrelude + body;
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/**
 * Runs a script by its hash, and by its text on a server that doesn't have it yet (new, restarted, failed over).
 * @throws {QueueError} QUEUE_REDIS_FULL
 */
export async function runScript(
  redis: RedisClient,
  script: LineScript,
  args: readonly (string | number)[],
): Promise<unknown> {
  const reply = await redis
    .evalsha(script.sha1, 1, slotKey, ...args)
    .catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
        return redis.eval(script.text, 1, slotKey, ...args);
      }
      throw error;
    })
    .catch((error: unknown) => {
      throw fullOf(error) ?? error;
    });
  return JSON.parse(String(reply)) as unknown;
}
