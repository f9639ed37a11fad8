import { HyperferryError } from '@hyperferry/schema/errors';

import { outputBroken } from './standard-output.ts';

/**
 * A signal that is aborted by Ctrl-C, SIGTERM, the end of the terminal, or of whoever reads our output, so that engines are
 * stopped and half-written files removed. The same once more ends the program at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(new HyperferryError('HYPER_CANCELLED', `stopped by ${name}`)));
  }
  const stop = (): void => controller.abort(outputBroken.reason);
  if (outputBroken.aborted) stop();
  outputBroken.addEventListener('abort', stop, { once: true });
  return controller.signal;
}
