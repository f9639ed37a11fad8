import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { QueueConnection } from '../redis/connection.ts';
import { withinReach } from '../redis/fail-fast.ts';

/** So many requests in a time; a tenth of them may come at once. */
export interface RateLimitRule {
  readonly count: number;
  readonly perMs: number;
}

interface Bucket {
  readonly serverUrl: string;
  readonly siteContentUrl: string;
  readonly kind: 'call' | 'publish' | 'refresh';
}

/** Fits the RateLimit of packages/tableau. */
export interface RedisRateLimit extends AsyncDisposable {
  take(bucket: Bucket, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Answers 0 when the request may go, else how many ms to wait. KEYS: bucket. ARGV: ms between requests, ms of burst. */
const luaTake = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if due - now > burst then return math.ceil(due - now - burst) end
redis.call('SET', KEYS[1], due + gap, 'PX', math.ceil(due + gap - now + 1000))
return 0`;

/** Limits what a fleet sends to a site; a kind without a rule is not limited. */
export function openRateLimit(
  connection: QueueConnection,
  rules: Partial<Record<Bucket['kind'], RateLimitRule>>,
): RedisRateLimit {
  const redis = connection.open({ failFast: true, name: 'hf-rates' });
  const limit: RedisRateLimit = {
    async take({ serverUrl, siteContentUrl, kind }, signal) {
      const rule = rules[kind];
      if (rule === undefined) return;
      const site = createHash('sha256')
        .update(JSON.stringify([serverUrl, siteContentUrl]))
        .digest('hex')
        .slice(0, 24);
      const gapMs = rule.perMs / rule.count;
      const burstMs = gapMs * Math.max(0, Math.floor(rule.count / 10) - 1);
      for (;;) {
        signal?.throwIfAborted();
        const waitMs = await withinReach(redis, connection.describe, () =>
          redis.eval(luaTake, 1, `{hf}:rate:${site}:${kind}`, gapMs, burstMs),
        );
        if (waitMs === 0) return;
        await sleep(Math.min(Number(waitMs), 5000), undefined, { signal });
      }
    },
    async close() {
      redis.disconnect();
    },
    [Symbol.asyncDispose]: () => limit.close(),
  };
  return limit;
}
