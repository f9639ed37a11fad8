/** Something to wait for that others ring: a ring before the wait counts. */
export interface Wake {
  ring(): void;
  /** Resolves at the next ring, after `timeoutMs`, or when the signal fires; never rejects. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  let rung = false;
  let wakeUp: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wakeUp?.();
    },
    wait: (timeoutMs, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          wakeUp = undefined;
          rung = false;
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        wakeUp = done;
        signal?.addEventListener('abort', done, { once: true });
        if (rung || signal?.aborted) done();
      }),
  };
}
