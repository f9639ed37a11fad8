import { join } from 'node:path';

import { extractContender } from './contenders.ts';
import { type BenchContext, type BenchRow, benchRow } from './harness/bench-row.ts';
import { interleave, seconds } from './harness/measure.ts';
import { type InputShape, writeCsvInput } from './harness/write-csv-input.ts';

const ROWS = 1_000_000;

/** The same rows written down otherwise. Name of the row, end of the file's name, shape. */
const forms: readonly (readonly [name: string, extension: string, shape: Omit<InputShape, 'rows'>])[] = [
  ['eu', '.csv', { locale: 'de' }],
  ['gzip', '.csv.gz', { gzip: true }],
  ['utf16', '.csv', { encoding: 'utf-16' }],
  ['windows-1252', '.csv', { encoding: 'windows-1252' }],
];

/** What a form of CSV costs against the same rows as clean UTF-8; for information. */
export async function formRows({
  inputDir,
  inputRows,
  scratchDir,
  repetitions,
  log,
}: BenchContext): Promise<BenchRow[]> {
  const rows = inputRows(ROWS);
  const contender = async (name: string, extension: string, shape: Omit<InputShape, 'rows'>) => {
    const path = join(inputDir, `form-${name}${extension}`);
    await writeCsvInput(path, { ...shape, rows, western: true });
    return extractContender(name, path, scratchDir);
  };
  const contenders = [await contender('utf-8', '.csv', {})];
  for (const form of forms) contenders.push(await contender(...form));
  const results = await interleave(contenders, repetitions, log);
  const plain = seconds(results, 'utf-8');
  return forms.map(([name]) => {
    const detail = { [name]: seconds(results, name), 'utf-8': plain, rows };
    return benchRow({ id: `csv/${name}`, value: seconds(results, name) / plain, unit: 'x', detail });
  });
}
