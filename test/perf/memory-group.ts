import { join } from 'node:path';

import { extractContender } from './contenders.ts';
import { type BenchGroup, benchRow } from './harness/bench-row.ts';
import { measure } from './harness/measure.ts';
import { writeCsvInput } from './harness/write-csv-input.ts';

const ROWS = 52_000_000;

/** Highest memory of program and engine at a file of 5 GB. */
export const memoryGroup: BenchGroup = {
  name: 'memory',
  async run({ inputDir, inputRows, scratchDir }) {
    const path = join(inputDir, 'huge.csv');
    const rows = inputRows(ROWS);
    await writeCsvInput(path, { rows });
    const { peakMb, enginePeakMb, seconds } = await measure(extractContender('huge', path, scratchDir));
    const detail = { rows, seconds };
    return [
      benchRow({ id: 'memory/node-mb', value: peakMb, unit: 'MB', must: '<= 250', aim: '<= 150', detail }),
      benchRow({ id: 'memory/engine-mb', value: enginePeakMb, unit: 'MB', must: '<= 600', aim: '<= 450', detail }),
    ];
  },
};
