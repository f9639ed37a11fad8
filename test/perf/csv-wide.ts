import { join } from 'node:path';

import { copyContender, extractContender } from './contenders.ts';
import { type BenchContext, type BenchRow, benchRow } from './harness/bench-row.ts';
import { interleave, seconds } from './harness/measure.ts';
import { wideColumns, writeWideInput } from './harness/write-wide-input.ts';

const ROWS = 100_000;
const COLUMNS = 500;

/** Many columns of mixed types, against COPY with a schema written by hand; for information. */
export async function wideRow({ inputDir, inputRows, scratchDir, repetitions, log }: BenchContext): Promise<BenchRow> {
  const wide = join(inputDir, 'wide.csv');
  const rows = inputRows(ROWS);
  await writeWideInput(wide, rows, COLUMNS);
  const contenders = [
    copyContender('tuned', wideColumns(COLUMNS), wide, scratchDir),
    extractContender('wide', wide, scratchDir),
  ];
  const results = await interleave(contenders, repetitions, log);
  const [copy, ours] = [seconds(results, 'copy tuned'), seconds(results, 'wide')];
  return benchRow({
    id: 'csv/wide',
    value: ours / copy,
    unit: 'x',
    detail: { 'copy tuned': copy, wide: ours, rows, columns: COLUMNS },
  });
}
