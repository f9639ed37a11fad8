import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { csvGroup } from './csv-group.ts';
import type { BenchContext, BenchGroup, BenchRow } from './harness/bench-row.ts';
import { queueGroup, scaleGroup, tinyGroup } from './fleet-groups.ts';
import { inserterGroup } from './inserter-group.ts';
import { memoryGroup } from './memory-group.ts';
import { uploadGroup } from './upload-group.ts';

// `npm run bench -- [GROUP…] [--repetitions N] [--quick]`: all groups without arguments. Writes bench.json; see
// docs/performance.md.
const groups: readonly BenchGroup[] = [
  csvGroup,
  memoryGroup,
  inserterGroup,
  uploadGroup,
  queueGroup,
  tinyGroup,
  scaleGroup,
];

function refuseUsage(why: string): never {
  process.stderr.write(`${why}\nusage: npm run bench -- [GROUP…] [--repetitions N] [--quick]\n`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { repetitions: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false } },
    });
  } catch (error) {
    return refuseUsage((error as Error).message);
  }
}

const { values, positionals } = readArguments();
const unknown = positionals.find((name) => !groups.some((group) => group.name === name));
if (unknown !== undefined) refuseUsage(`no group "${unknown}": there are ${groups.map(({ name }) => name).join(', ')}`);
if (!/^[1-9]\d*$/.test(values.repetitions))
  refuseUsage(`--repetitions is ${JSON.stringify(values.repetitions)}, not a whole number from 1`);
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hyperferry', 'bench');
const inputDir = values.quick ? join(cacheDir, 'quick') : cacheDir;
await mkdir(inputDir, { recursive: true, mode: 0o700 });
const scratchDir = await mkdtemp(join(tmpdir(), 'hf-bench-'));
const context: BenchContext = {
  cacheDir,
  inputDir,
  scratchDir,
  repetitions: Number(values.repetitions),
  inputRows: (count) => (values.quick ? Math.ceil(count / 100) : count),
  log,
};
const rows: BenchRow[] = [];
try {
  for (const group of groups) {
    if (positionals.length > 0 && !positionals.includes(group.name)) continue;
    log(group.name);
    rows.push(...(await group.run(context)));
  }
} finally {
  await rm(scratchDir, { recursive: true, force: true });
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryMb: Math.round(totalmem() / 2 ** 20),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
};
await writeFile('bench.json', `${JSON.stringify({ machine, ...(values.quick && { quick: true }), rows }, null, 2)}\n`);
for (const { id, value, unit, must, aim, holds } of rows) {
  const bars = must === undefined ? '' : `must ${must.padEnd(8)} aim ${aim}`;
  process.stdout.write(
    `${holds ? 'ok  ' : 'FAIL'} ${id.padEnd(34)} ${String(value).padStart(9)} ${unit.padEnd(4)} ${bars}\n`,
  );
}
if (values.quick) process.stdout.write('tried with a hundredth of the rows: the figures say nothing\n');
process.exitCode = values.quick || rows.every(({ holds }) => holds) ? 0 : 1;
