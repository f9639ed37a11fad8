import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { type Connects, HyperProcess } from '@hyperferry/hyper';
import type { EngineContext } from '@hyperferry/pipeline/extract';
import { silentLogger } from '@hyperferry/schema/logger';

import { interruptSignal } from './interrupt-signal.ts';

/**
 * Works with one engine for all files of a command. The engine may read the folders of the named files and the scratch
 * folder, nothing else; both engine and scratch folder are gone afterwards, also after Ctrl-C.
 */
export async function withEngine(
  env: NodeJS.ProcessEnv,
  files: readonly string[],
  work: (context: EngineContext) => Promise<void>,
): Promise<void> {
  const signal = interruptSignal();
  const scratchDir = await mkdtemp(join(tmpdir(), 'hf-'));
  try {
    // What is in a folder with a semicolon the engine is not asked to open.
    const folders = new Set(files.map((file) => dirname(resolve(file))).filter((folder) => !folder.includes(';')));
    const fileWhitelist = [scratchDir, ...folders];
    // The engine starts while the work's libraries are loaded and the file is looked at.
    const starting = HyperProcess.start({ env, signal, fileWhitelist });
    starting.catch(() => undefined);
    const engine: Connects = { connect: async (options) => await (await starting).connect(options) };
    try {
      await work({ runId: 'local', logger: silentLogger, signal, scratchDir, emit() {}, engine });
    } finally {
      const started = await starting.catch(() => undefined);
      await started?.close();
    }
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}
