import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';

import { type Connects, HyperEngine } from '@hyperferry/hyper';
import type { EngineContext } from '@hyperferry/pipeline/extract';
import { createScratchRoot } from '@hyperferry/pipeline/scratch-root';
import { silentLogger } from '@hyperferry/schema/logger';

import { interruptSignal } from './interrupt-signal.ts';

/** How long an engine may take to break off what it does; one that hangs never would. */
const CANCEL_GRACE_MS = 5000;

/**
 * Works with one engine for all files of a command. The engine may read the folders of the named files and the scratch
 * folder, nothing else; both engine and scratch folder are gone afterwards, also after Ctrl-C.
 * @throws {HyperferryError} HYPER_CANCELLED after Ctrl-C, whatever that broke off; OUTPUT_NOT_WRITABLE, and whatever `work` throws
 */
export async function withEngine(
  env: NodeJS.ProcessEnv,
  files: readonly string[],
  work: (context: EngineContext) => Promise<void>,
): Promise<void> {
  const signal = interruptSignal();
  const scratch = await createScratchRoot(tmpdir(), 'command');
  try {
    // What is in a folder with a semicolon the engine is not asked to open.
    const folders = new Set(files.map((file) => dirname(resolve(file))).filter((folder) => !folder.includes(';')));
    const fileWhitelist = [scratch.path, ...folders];
    // The engine starts while the work's libraries are loaded and the file is looked at.
    const starting = HyperEngine.start({ env, signal, fileWhitelist });
    starting.catch(() => undefined);
    const engine: Connects = { connect: async (options) => await (await starting).connect(options) };
    const killing = killUnlessDone(starting, signal);
    try {
      await work({ runId: 'local', logger: silentLogger, signal, scratchDir: scratch.path, emit() {}, engine });
    } finally {
      const started = await starting.catch(() => undefined);
      await started?.close();
      killing.stop();
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await scratch.close();
  }
}

function killUnlessDone(starting: Promise<HyperEngine>, signal: AbortSignal): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const kill = async (): Promise<void> => await (await starting).kill();
    timer = setTimeout(() => void kill().catch(() => undefined), CANCEL_GRACE_MS);
  };
  signal.addEventListener('abort', wait, { once: true });
  return {
    stop() {
      signal.removeEventListener('abort', wait);
      clearTimeout(timer);
    },
  };
}
