/** Waits before repeated tries after 429 without Retry-After, as Tableau's Migration SDK does. */
const throttledDelaysMs = [1_000, 3_000, 10_000, 30_000, 60_000];
/** Waits before repeated tries after a network failure or 5xx. */
const transientDelaysMs = [500, 500, 500, 1_000, 2_000];

/** How often a failed request is tried again before its error is passed on. */
export const maxTransientRetries = transientDelaysMs.length;

/** Delay before retry number `retry` (from 0), with up to 20 % jitter; `random` is 0 to 1. */
export function retryDelayMs(
  kind: 'throttled' | 'transient',
  retry: number,
  retryAfterMs: number | undefined,
  random: number,
): number {
  if (retryAfterMs !== undefined) return retryAfterMs + Math.round(200 * random);
  const delays = kind === 'throttled' ? throttledDelaysMs : transientDelaysMs;
  const delay = delays[Math.min(retry, delays.length - 1)] ?? 1_000;
  return Math.round(delay * (1 + 0.2 * random));
}

/** `Retry-After` in milliseconds: seconds, or an HTTP date; undefined when absent or unreadable. */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.round(Number(header) * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
