import { setTimeout as delay } from 'node:timers/promises';

/** The simulator's time. It runs with real time until a test freezes it; then it moves only by `advance`. */
export interface SimulatorClock {
  now(): number;
  /** Resolves when the clock has reached a time in milliseconds. */
  waitUntil(timeMs: number, signal: AbortSignal): Promise<void>;
  freeze(): void;
  /** Runs on with real time from where it stands. */
  release(): void;
  /** Moves forward at once. */
  advance(byMs: number): void;
  readonly frozen: boolean;
}

/** A clock that starts at the real time, or at `startAt` and frozen. */
export function createClock(startAt?: Date): SimulatorClock {
  let offsetMs = 0;
  let frozenAtMs: number | undefined = startAt?.getTime();
  const wakers = new Set<() => void>();
  const now = (): number => frozenAtMs ?? Date.now() + offsetMs;
  const changed = (): void => {
    for (const wake of wakers) wake();
  };
  return {
    now,
    get frozen() {
      return frozenAtMs !== undefined;
    },
    async waitUntil(timeMs, signal) {
      while (now() < timeMs) {
        signal.throwIfAborted();
        const woken = new AbortController();
        const wake = (): void => woken.abort();
        wakers.add(wake);
        try {
          const remainingMs = frozenAtMs === undefined ? Math.min(timeMs - now(), 60_000) : 2 ** 30;
          await delay(remainingMs, undefined, { signal: AbortSignal.any([woken.signal, signal]) });
        } catch {
          signal.throwIfAborted();
        } finally {
          wakers.delete(wake);
        }
      }
    },
    freeze() {
      frozenAtMs = now();
      changed();
    },
    release() {
      offsetMs = now() - Date.now();
      frozenAtMs = undefined;
      changed();
    },
    advance(byMs) {
      if (frozenAtMs === undefined) offsetMs += byMs;
      else frozenAtMs += byMs;
      changed();
    },
  };
}

/** A time as the API writes it: whole seconds, `Z`. TSC reads a fraction as "absent". */
export function apiTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
