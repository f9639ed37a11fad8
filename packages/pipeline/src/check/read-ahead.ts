/**
 * The same pieces, the next one made while one is being used: so that who sends them and who makes them need not wait for each
 * other. A piece must not be changed once it has been given.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const pull = async (): Promise<IteratorResult<T>> => await iterator.next();
  try {
    for (let next = pull(); ;) {
      const { done, value } = await next;
      if (done === true) return;
      next = pull();
      // Told when it is asked for; until then a failure waits without anybody who listens.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
