import { join } from 'node:path';

import { copyContender, inserterContender } from './contenders.ts';
import { type BenchGroup, benchRow } from './harness/bench-row.ts';
import { interleave, seconds } from './harness/measure.ts';
import { csvColumns, writeCsvInput } from './harness/write-csv-input.ts';

const ROWS = 5_000_000;

/** Rows made in JavaScript, against COPY of a file with as many. */
export const inserterGroup: BenchGroup = {
  name: 'inserter',
  async run({ inputDir, inputRows, scratchDir, repetitions, log }) {
    const clean = join(inputDir, 'clean.csv');
    const rows = inputRows(ROWS);
    await writeCsvInput(clean, { rows });
    const contenders = [
      copyContender('tuned', csvColumns('numeric(18,2)'), clean, scratchDir),
      inserterContender(rows, scratchDir),
    ];
    const results = await interleave(contenders, repetitions, log);
    const copy = seconds(results, 'copy tuned');
    const inserter = seconds(results, 'inserter');
    const detail = { inserterRowsPerSecond: Math.round(rows / inserter), copyRowsPerSecond: Math.round(rows / copy) };
    return [
      benchRow({ id: 'inserter/copy', value: copy / inserter, unit: 'x', must: '>= 0.55', aim: '>= 0.8', detail }),
    ];
  },
};
