import { join } from 'node:path';

import { extractContender } from './contenders.ts';
import { type BenchGroup, benchRow } from './harness/bench-row.ts';
import { highestMemory, interleave, seconds } from './harness/measure.ts';
import { writeCsvInput } from './harness/write-csv-input.ts';

const ROWS = 52_000_000;
// Memory varies less than time, and each takes a minute.
const MAX_REPETITIONS = 3;

/** Highest memory of program and engine at a file of 5 GB, of up to three repetitions. */
export const memoryGroup: BenchGroup = {
  name: 'memory',
  async run({ inputDir, inputRows, scratchDir, repetitions, log }) {
    if (process.platform !== 'linux') {
      log(`  memory is not measured: the highest that a process had is only known on Linux`);
      return [];
    }
    const path = join(inputDir, 'huge.csv');
    const rows = inputRows(ROWS);
    await writeCsvInput(path, { rows });
    const results = await interleave(
      [extractContender('huge', path, scratchDir)],
      Math.min(repetitions, MAX_REPETITIONS),
      log,
    );
    const runs = results.get('huge')!;
    const { programMb, engineMb } = highestMemory(runs)!;
    const detail = { rows, seconds: seconds(results, 'huge'), runs: runs.map(({ memory }) => memory) };
    return [
      benchRow({ id: 'memory/node-mb', value: programMb, unit: 'MB', must: '<= 250', aim: '<= 150', detail }),
      benchRow({ id: 'memory/engine-mb', value: engineMb, unit: 'MB', must: '<= 600', aim: '<= 450', detail }),
    ];
  },
};
