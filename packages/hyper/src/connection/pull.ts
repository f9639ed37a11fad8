import type { Wire } from './wire.ts';

const HIGH_WATER = 1024;
const HIGH_WATER_BYTES = 8 * 1024 * 1024;

/** Takes one piece of a result; holds the engine back when the reader is behind. */
export type Push<T> = (item: T, wire: Wire) => void;

/**
 * Turns a statement that pushes into a loop that pulls: when `HIGH_WATER` pieces wait, or few that are large, the socket is
 * paused and so the engine.
 * Leaving the loop early aborts the statement and waits for its end.
 */
export async function* pull<T>(
  run: (push: Push<T>, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, void> {
  const leave = new AbortController();
  let waiting: T[] = [];
  let paused: Wire | undefined;
  let source: Wire | undefined;
  // What the socket had brought when the reader last took all.
  let takenBytes = 0;
  let wake: (() => void) | undefined;
  let outcome: { readonly error?: unknown } | undefined;

  const push: Push<T> = (item, wire) => {
    if (leave.signal.aborted) return;
    waiting.push(item);
    source = wire;
    const isMuch = waiting.length >= HIGH_WATER || wire.stream.bytesRead - takenBytes >= HIGH_WATER_BYTES;
    if (isMuch && paused === undefined) {
      paused = wire;
      wire.stream.pause();
    }
    wake?.();
  };
  const settle = async () => {
    try {
      await run(push, signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]));
      outcome = {};
    } catch (error) {
      outcome = { error };
    }
    wake?.();
  };
  const ended = settle();

  try {
    for (;;) {
      const ready = waiting;
      waiting = [];
      takenBytes = source?.stream.bytesRead ?? 0;
      yield* ready;
      if (waiting.length > 0) continue;
      if (outcome !== undefined) break;
      paused?.stream.resume();
      paused = undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    leave.abort();
    await ended;
  }
  if ('error' in outcome) throw outcome.error;
}
