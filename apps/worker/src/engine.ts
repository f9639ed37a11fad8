import { isAbsolute } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import type { Logger } from '@hyperferry/schema';

export interface EngineKeeper {
  /** The running engine; starts it when there is none, or when the last one has died. */
  running(signal: AbortSignal): Promise<HyperProcess>;
  close(): Promise<void>;
}

export interface EngineKeeperOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly memoryLimit: string | undefined;
  /** The only folders whose files the engine may read; others than absolute paths are left out. */
  readonly folders: readonly string[];
  readonly logger: Logger;
}

/** One engine for all stages of a worker: it uses all cores by itself, and a start costs a fifth of a second. */
export function createEngineKeeper({ env, memoryLimit, folders, logger }: EngineKeeperOptions): EngineKeeper {
  let current: Promise<HyperProcess> | undefined;

  const start = (): Promise<HyperProcess> => {
    const started = HyperProcess.start({
      env,
      logger,
      fileWhitelist: folders.filter((folder) => isAbsolute(folder)),
      ...(memoryLimit === undefined ? {} : { memoryLimit }),
    });
    const forget = (): void => {
      if (current === started) current = undefined;
    };
    started.then((engine) => engine.exited.then(forget), forget);
    return started;
  };

  return {
    async running(signal) {
      signal.throwIfAborted();
      return await (current ??= start());
    },
    async close() {
      await (await current?.catch(() => undefined))?.close();
    },
  };
}
