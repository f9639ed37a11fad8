import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { csvGroup } from './csv-group.ts';
import type { BenchGroup, BenchRow } from './harness/bench-row.ts';
import { queueGroup, scaleGroup, tinyGroup } from './fleet-groups.ts';
import { inserterGroup } from './inserter-group.ts';
import { memoryGroup } from './memory-group.ts';
import { uploadGroup } from './upload-group.ts';

// `npm run bench -- [GROUP…] [--repetitions N]`: all groups without arguments. Writes bench.json; see docs/performance.md.
const groups: readonly BenchGroup[] = [
  csvGroup,
  memoryGroup,
  inserterGroup,
  uploadGroup,
  queueGroup,
  tinyGroup,
  scaleGroup,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repetitions: { type: 'string', default: '3' } },
});
const unknown = positionals.find((name) => !groups.some((group) => group.name === name));
if (unknown !== undefined) {
  process.stderr.write(`no group "${unknown}": there are ${groups.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hyperferry', 'bench');
await mkdir(cacheDir, { recursive: true, mode: 0o700 });
const scratchDir = await mkdtemp(join(tmpdir(), 'hf-bench-'));
const rows: BenchRow[] = [];
try {
  for (const group of groups) {
    if (positionals.length > 0 && !positionals.includes(group.name)) continue;
    log(group.name);
    rows.push(...(await group.run({ cacheDir, scratchDir, repetitions: Number(values.repetitions), log })));
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
await writeFile('bench.json', `${JSON.stringify({ machine, rows }, null, 2)}\n`);
for (const { id, value, unit, must, aim, holds } of rows) {
  process.stdout.write(
    `${holds ? 'ok  ' : 'FAIL'} ${id.padEnd(34)} ${String(value).padStart(9)} ${unit.padEnd(4)} must ${must.padEnd(8)} aim ${aim}\n`,
  );
}
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
