import type { RedisClient } from '../lines/run-script.ts';

/** The clock of Redis, which stamps the lines: whoever writes times beside theirs must not use the one of its own host. */
export interface ServerClock {
  now(): Date;
  /** Compares the clocks again. */
  look(): Promise<void>;
}

/** The host's clock until the first look. */
export function createServerClock(redis: RedisClient): ServerClock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    async look() {
      const askedMs = Date.now();
      const [seconds, micros] = await redis.time();
      const tookMs = Date.now() - askedMs;
      const seenMs = Number(seconds) * 1000 + Number(micros) / 1000 - (askedMs + tookMs / 2);
      // The answer is as exact as it was quick: a difference within that is none.
      if (Math.abs(seenMs - offsetMs) > tookMs / 2 + 1) offsetMs = Math.round(seenMs);
    },
  };
}
