import { join } from 'node:path';

import { copyContender, extractContender, pythonContender } from './contenders.ts';
import { formRows } from './csv-forms.ts';
import { wideRow } from './csv-wide.ts';
import { type BenchContext, type BenchGroup, type BenchRow, benchRow } from './harness/bench-row.ts';
import { interleave, measure, seconds } from './harness/measure.ts';
import { findPeers } from './harness/peers.ts';
import { csvColumns, type InputShape, writeCsvInput } from './harness/write-csv-input.ts';

const ROWS = 5_000_000;
const SCRIPT_ROWS = 500_000;

/** CSV to extract, against the engine's own COPY and what people use today. */
export const csvGroup: BenchGroup = {
  name: 'csv',
  async run(context) {
    return [...(await orderRows(context)), await wideRow(context), ...(await formRows(context))];
  },
};

type WriteInput = (name: string, shape: Omit<InputShape, 'rows'> & { readonly rows?: number }) => Promise<string>;

async function orderRows({ cacheDir, inputDir, inputRows, scratchDir, repetitions, log }: BenchContext) {
  const rowCount = inputRows(ROWS);
  const input: WriteInput = async (name, shape) => {
    const path = join(inputDir, `${name}.csv`);
    await writeCsvInput(path, { rows: rowCount, ...shape });
    return path;
  };
  const clean = await input('clean', {});
  const dirty = await input('dirty', { badCellEvery: 1001 });
  const ragged = await input('ragged', { badCellEvery: 1001, raggedEvery: 5000 });
  const python = await findPeers(cacheDir, log);
  const results = await interleave(
    [
      copyContender('default', csvColumns('double precision'), clean, scratchDir),
      copyContender('tuned', csvColumns('numeric(18,2)'), clean, scratchDir),
      extractContender('clean', clean, scratchDir),
      extractContender('dirty', dirty, scratchDir),
      extractContender('ragged', ragged, scratchDir),
      ...(python === undefined ? [] : [pythonContender(python, 'pantab-load.py', clean, scratchDir)]),
    ],
    repetitions,
    log,
  );
  const time = (name: string): number => seconds(results, name);
  const ratio = (id: string, over: string, under: string, must: string, aim: string): BenchRow =>
    benchRow({
      id,
      value: time(over) / time(under),
      unit: 'x',
      must,
      aim,
      detail: { [over]: time(over), [under]: time(under), rows: rowCount },
    });
  const rows = [
    ratio('csv/copy-default', 'clean', 'copy default', '<= 1.05', '<= 0.9'),
    ratio('csv/copy-tuned', 'clean', 'copy tuned', '<= 1.45', '<= 1.25'),
    ratio('csv/dirty', 'dirty', 'clean', '<= 1.6', '<= 1.3'),
    ratio('csv/ragged', 'ragged', 'clean', '<= 2.5', '<= 1.8'),
  ];
  if (python === undefined) return rows;
  rows.push(ratio('csv/pantab', 'pantab-load.py', 'clean', '>= 1.6', '>= 2'));
  const sizes = { rows: rowCount, measuredRows: inputRows(SCRIPT_ROWS) };
  rows.push(await scriptRow(python, sizes, { input, scratchDir, oursSeconds: time('clean') }));
  return rows;
}

interface ScriptContext {
  readonly input: WriteInput;
  readonly scratchDir: string;
  readonly oursSeconds: number;
}

/** Python scripts that add rows one by one, on a tenth of the rows; what they take to start is not scaled. */
async function scriptRow(
  python: string,
  { rows, measuredRows }: { readonly rows: number; readonly measuredRows: number },
  { input, scratchDir, oursSeconds }: ScriptContext,
): Promise<BenchRow> {
  const one = await input('one', { rows: 1 });
  const short = await input('short', { rows: measuredRows });
  const scaledSeconds = async (file: string): Promise<number> => {
    const start = await measure(pythonContender(python, file, one, scratchDir));
    const loop = await measure(pythonContender(python, file, short, scratchDir));
    return start.seconds + ((loop.seconds - start.seconds) * rows) / measuredRows;
  };
  const scriptSeconds = await scaledSeconds('analyst-script.py');
  const wholeRowsSeconds = await scaledSeconds('iterrows-loop.py');
  const quickLoopSeconds = await scaledSeconds('reader-loop.py');
  return benchRow({
    id: 'csv/script',
    value: scriptSeconds / oursSeconds,
    unit: 'x',
    must: '>= 60',
    aim: '>= 80',
    detail: {
      scriptSeconds,
      wholeRowsSeconds,
      wholeRowsRatio: wholeRowsSeconds / oursSeconds,
      quickLoopSeconds,
      quickLoopRatio: quickLoopSeconds / oursSeconds,
      clean: oursSeconds,
      rows,
      measuredRows,
    },
  });
}
