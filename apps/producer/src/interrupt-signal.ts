import { HyperferryError } from '@hyperferry/schema/errors';

import { outputBroken } from './standard-output.ts';

/**
 * A signal that is aborted by Ctrl-C, SIGTERM, the end of the terminal, or of whoever reads our output, so that engines are
 * stopped and half-written files removed. The same once more ends the program at once.
 */
export function interruptSignal(): AbortSignal {
  return listen().signal;
}

/**
 * Does what must not be left half done; the same signals break it off, and end the program at once again when it is over.
 * @throws {HyperferryError} HYPER_CANCELLED where a signal has broken it off, and whatever `work` throws
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, forget } = listen();
  try {
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    forget();
  }
}

function listen(): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const stop = (): void => controller.abort(new HyperferryError('HYPER_CANCELLED', `stopped by ${name}`));
    process.once(name, stop);
    return { name, stop };
  });
  const stop = (): void => controller.abort(outputBroken.reason);
  if (outputBroken.aborted) stop();
  outputBroken.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    forget() {
      for (const handler of handlers) process.off(handler.name, handler.stop);
      outputBroken.removeEventListener('abort', stop);
    },
  };
}
