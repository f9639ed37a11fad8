import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { SoakOptions } from './options.ts';

/** Producers that work at the same time; one more makes the data sources before. */
export const producerCount = 3;

export interface ProducerSite {
  readonly folder: string;
  readonly logFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** When submitting ends, for a process that is started now. */
  readonly deadlineMs: () => number;
}

/** Producer processes that are started again when they were killed, as a scheduler would. */
export interface Producers {
  /** Times that one of them was killed. */
  readonly kills: number;
  /** Runs one until it has submitted its share; 0 makes the data sources, 1 to 3 submit the rest. @throws when it fails */
  run(index: number): Promise<void>;
}

export function createProducers(options: SoakOptions, site: ProducerSite): Producers {
  let kills = 0;
  return {
    get kills() {
      return kills;
    },
    async run(index) {
      for (let life = 0; await wasKilled(index, life, options, site); life += 1) {
        kills += 1;
        // Whoever repeats a submission does so later.
        await sleep(1000);
      }
    },
  };
}

/** Runs a producer process until it has ended or was killed. @throws when it fails */
async function wasKilled(index: number, life: number, options: SoakOptions, site: ProducerSite): Promise<boolean> {
  const { folder, logFolder, env, deadlineMs } = site;
  const { runs, seed, troubles } = options;
  const task = {
    index,
    producers: producerCount,
    runs,
    seed,
    deadlineMs: deadlineMs(),
    folder,
    maxLive: Math.min(80, Math.max(24, runs / 8)),
    life,
    mortal: index > 0 && troubles.has('producer'),
  };
  const logPath = join(logFolder, `producer-${index}.log`);
  const log = openSync(logPath, 'a');
  const args = ['--conditions=hyperferry-source', '--import', 'tsx', join(import.meta.dirname, 'producer.ts')];
  // tsx keeps a cache in the temporary folder; in the soak's own it would look like something left behind.
  const ownEnv = { ...env, TMPDIR: tmpdir() };
  const child = spawn(process.execPath, [...args, JSON.stringify(task)], { env: ownEnv, stdio: ['ignore', log, log] });
  closeSync(log);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === 0) return false;
  if (signal === 'SIGKILL' && task.mortal) return true;
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
