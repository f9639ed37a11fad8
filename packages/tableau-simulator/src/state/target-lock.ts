/** Lets changes of one target happen one after the other. */
export interface TargetLocks {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createTargetLocks(): TargetLocks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(key, work) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      // The tail never rejects: a failure belongs to its caller only.
      const tail = mine.catch(() => undefined);
      tails.set(key, tail);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}
