/** Chunks from a writer that doesn't wait to a reader that does. */
export interface ChunkQueue extends AsyncIterable<Buffer> {
  push(chunk: Buffer): void;
  /** No more comes; with an error, the reader fails with it. */
  end(error?: Error): void;
  /** Chunks that wait for the reader. */
  readonly length: number;
  /** True when nobody takes chunks any more. */
  readonly isReaderGone: boolean;
  /** Resolves when fewer than `limit` chunks wait, or the reader is gone. */
  belowLimit(limit: number): Promise<void>;
}

/** An empty queue for one reader. */
export function createChunkQueue(): ChunkQueue {
  const chunks: Buffer[] = [];
  const state: { ended?: { readonly error?: Error }; isReaderGone: boolean } = { isReaderGone: false };
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;

  // Not a generator: one that was never started, or that waits, would not hear that its reader has gone.
  const reader: AsyncIterator<Buffer, undefined> = {
    async next() {
      for (;;) {
        const value = chunks.shift();
        if (value !== undefined) {
          wakeWriter?.();
          return { done: false, value };
        }
        if (state.ended?.error !== undefined) throw state.ended.error;
        if (state.ended !== undefined || state.isReaderGone) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    },
    async return() {
      state.isReaderGone = true;
      chunks.length = 0;
      wakeReader?.();
      wakeWriter?.();
      return { done: true, value: undefined };
    },
  };

  return {
    push(chunk) {
      if (state.isReaderGone) return;
      chunks.push(chunk);
      wakeReader?.();
    },
    end(error) {
      state.ended ??= error === undefined ? {} : { error };
      wakeReader?.();
    },
    get length() {
      return chunks.length;
    },
    get isReaderGone() {
      return state.isReaderGone;
    },
    async belowLimit(limit) {
      while (chunks.length >= limit && !state.isReaderGone) {
        await new Promise<void>((resolve) => {
          wakeWriter = resolve;
        });
      }
    },
    [Symbol.asyncIterator]: () => reader,
  };
}
