import { HyperferryError } from '@hyperferry/schema';

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A duration as people type it, `90s`, `10m`, `1h30m`, in milliseconds. @throws {HyperferryError} USAGE_INVALID */
export function parseDuration(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const durationMs = Number(hours) * unitsMs.h + Number(minutes) * unitsMs.m + Number(seconds) * unitsMs.s;
  if (durationMs > 0 && durationMs < 2 ** 31) return durationMs;
  throw new HyperferryError('USAGE_INVALID', `not a duration: ${JSON.stringify(text)}; write 90s, 10m or 1h30m`);
}
