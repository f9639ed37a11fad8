import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pythonWith, sharedFolder, unpackedCorpus } from './corpus.ts';
import { tortureTypes } from './types.ts';

// Scores the reader on corpora of bad CSV files: `npm run torture -- pollock` and `-- duckdb`, and the types on real ones:
// `-- types`. The corpora and scorers are data and tools of others: they are used where they are found, and never copied
// into the project.

/** Share of the columns of real files whose types must be right. */
const MUST_BE_RIGHT = 0.99;

const hyperferry = join(import.meta.dirname, '..', '..', 'apps/producer/bin/hyperferry.js');
const [what = ''] = process.argv.slice(2);
if (what === 'types') {
  const result = await tortureTypes(hyperferry);
  if (result === undefined) skip('the archives of real files are not here; set HYPERFERRY_CORPORA');
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(result.share < MUST_BE_RIGHT || result.unaccounted.length > 0 ? 1 : 0);
}
const tools = sharedFolder('tools');
const corpus = { pollock: 'pollock', duckdb: 'duckdb-csv' }[what];
if (corpus === undefined) {
  process.stderr.write('usage: npm run torture -- pollock | duckdb | types\n');
  process.exit(2);
}
const folder = unpackedCorpus(corpus);
if (folder === undefined || tools === undefined) {
  skip(`the corpus ${corpus} and its scorer are not here; set HYPERFERRY_CORPORA and HYPERFERRY_TOOLS`);
}

if (what === 'pollock') {
  const python = pythonWith(['python-dateutil', 'price-parser']);
  const reader = `batch:xargs -d "\\n" ${process.execPath} ${hyperferry} read --out "$OUT_DIR"`;
  const printed = execFileSync(
    python,
    [join(tools, 'pollock_score.py'), '--corpus', join(folder, 'polluted_files'), '--reader', reader],
    { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  process.stdout.write(printed);
  const [, simple, weighted] = /simple ([\d.]+)\s+weighted ([\d.]+)/.exec(printed) ?? [];
  process.stdout.write(`${JSON.stringify({ simple: Number(simple), weighted: Number(weighted) })}\n`);
} else {
  const python = pythonWith([]);
  const command = `${process.execPath} ${hyperferry} extract {file} -o {out} --json`;
  const resultsPath = join(mkdtempSync(join(tmpdir(), 'hf-torture-')), 'results.json');
  const args = [join(tools, 'noloss.py'), '--root', join(folder, 'data'), '--command', command, '--json', resultsPath];
  const { status } = spawnSync(python, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const results = JSON.parse(readFileSync(resultsPath, 'utf8')) as Result[];
  const count = (...offences: string[]): number =>
    results.filter(({ offence }) => offence !== null && offences.includes(offence)).length;
  const line = {
    files: results.length,
    loaded: results.filter(({ read }) => read !== undefined).length,
    hangs: count('hang'),
    crashes: count('crash', 'unclean-error', 'no-json'),
    unaccounted: count('lost-rows', 'count'),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.exitCode = status ?? 1;
}

function skip(why: string): never {
  process.stdout.write(`skipped: ${why}\n`);
  process.exit(0);
}

interface Result {
  readonly offence: string | null;
  readonly read?: number;
}
