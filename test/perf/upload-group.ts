import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type BenchGroup, benchRow } from './harness/bench-row.ts';
import { highestMemory, interleave, seconds } from './harness/measure.ts';

const SIZE_BYTES = 2_000_000_000;
const script = (name: string): string => fileURLToPath(new URL(`contenders/${name}`, import.meta.url));

/** An upload session of 2 GB, chunks only, against the bare bytes in as many PUTs; both to a server that discards them. */
export const uploadGroup: BenchGroup = {
  name: 'upload',
  async run({ cacheDir, repetitions, log }) {
    const file = join(cacheDir, 'random.bin');
    await writeRandomFile(file);
    const sink = spawn(process.execPath, [script('upload-sink.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [address] = (await once(sink.stdout, 'data')) as [Buffer];
      const args = [String(address).trim(), file];
      const contenders = ['bare', 'client'].map((name) => ({
        name,
        command: process.execPath,
        args: [script(`upload-${name}.mjs`), ...args],
      }));
      const results = await interleave(contenders, repetitions, log);
      const [bare, client] = [seconds(results, 'bare'), seconds(results, 'client')];
      const memory = highestMemory(results.get('client')!);
      if (memory === undefined) log('  memory is not measured: the highest that a process had is only known on Linux');
      const detail = {
        clientMbPerSecond: Math.round(SIZE_BYTES / 1e6 / client),
        bareMbPerSecond: Math.round(SIZE_BYTES / 1e6 / bare),
        ...(memory === undefined ? {} : { clientPeakMb: memory.programMb }),
      };
      return [
        benchRow({ id: 'upload/bare-put', value: bare / client, unit: 'x', must: '>= 0.8', aim: '>= 0.95', detail }),
        ...(memory === undefined
          ? []
          : [
              benchRow({
                id: 'upload/node-mb',
                value: memory.programMb,
                unit: 'MB',
                must: '<= 250',
                aim: '<= 150',
                detail,
              }),
            ]),
      ];
    } finally {
      sink.kill();
    }
  },
};

/** Random bytes, which no layer can compress away; kept in the cache. */
async function writeRandomFile(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.size === SIZE_BYTES) return;
  const temporary = `${file}.${process.pid}`;
  const handle = await open(temporary, 'w');
  try {
    for (let written = 0; written < SIZE_BYTES; written += 10_000_000) await handle.write(randomBytes(10_000_000));
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
