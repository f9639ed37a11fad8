import { join } from 'node:path';

import { copyContender, inserterContender } from './contenders.ts';
import { type BenchGroup, benchRow } from './harness/bench-row.ts';
import { interleave, seconds } from './harness/measure.ts';
import { writeCsvInput } from './harness/write-csv-input.ts';

const ROWS = 5_000_000;

/** Rows made in JavaScript, against COPY of a file with as many. */
export const inserterGroup: BenchGroup = {
  name: 'inserter',
  async run({ cacheDir, scratchDir, repetitions, log }) {
    const clean = join(cacheDir, 'clean.csv');
    await writeCsvInput(clean, { rows: ROWS });
    const contenders = [copyContender('tuned', clean, scratchDir), inserterContender(ROWS, scratchDir)];
    const results = await interleave(contenders, repetitions, log);
    const copy = seconds(results, 'copy tuned');
    const inserter = seconds(results, 'inserter');
    const detail = { inserterRowsPerSecond: Math.round(ROWS / inserter), copyRowsPerSecond: Math.round(ROWS / copy) };
    return [
      benchRow({ id: 'inserter/copy', value: copy / inserter, unit: 'x', must: '>= 0.55', aim: '>= 0.8', detail }),
    ];
  },
};
