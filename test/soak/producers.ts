import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SoakOptions } from './options.ts';

/** Producers that work at the same time; one more makes the data sources before. */
export const producerCount = 3;

export interface ProducerSite {
  readonly folder: string;
  readonly logFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly deadlineMs: number;
}

/** Runs a producer process to its end; 0 makes the data sources, 1 to 3 submit the rest. @throws when it fails */
export async function runProducer(index: number, options: SoakOptions, site: ProducerSite): Promise<void> {
  const { folder, logFolder, env, deadlineMs } = site;
  const { runs, seed } = options;
  const task = {
    index,
    producers: producerCount,
    runs,
    seed,
    deadlineMs,
    folder,
    maxLive: Math.min(80, Math.max(24, runs / 8)),
  };
  const logPath = join(logFolder, `producer-${index}.log`);
  const log = openSync(logPath, 'a');
  const args = ['--conditions=hyperferry-source', '--import', 'tsx', join(import.meta.dirname, 'producer.ts')];
  // tsx keeps a cache in the temporary folder; in the soak's own it would look like something left behind.
  const ownEnv = { ...env, TMPDIR: tmpdir() };
  const child = spawn(process.execPath, [...args, JSON.stringify(task)], { env: ownEnv, stdio: ['ignore', log, log] });
  closeSync(log);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === 0) return;
  throw new Error(
    `producer ${index} ended with ${String(code ?? signal)}: ${(await readFile(logPath, 'utf8')).slice(-2000)}`,
  );
}

/** The ids of the runs whose submission was answered. */
export async function readJournals(folder: string): Promise<Set<string>> {
  const submitted = new Set<string>();
  for (let index = 0; index <= producerCount; index += 1) {
    const text = await readFile(join(folder, `producer-${index}.jsonl`), 'utf8').catch(() => '');
    for (const line of text.split('\n').filter(Boolean)) {
      submitted.add((JSON.parse(line) as { runId: string }).runId);
    }
  }
  return submitted;
}
