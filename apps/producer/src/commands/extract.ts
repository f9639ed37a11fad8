import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import { extractFile } from '@hyperferry/pipeline';
import { silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import type { Command } from 'commander';

import { parseColumns, parseTypes } from '../column-options.ts';
import { readSettings } from '../env.ts';
import { interruptSignal } from '../interrupt-signal.ts';

interface ExtractOptions {
  readonly output: string;
  readonly columns?: string;
  readonly types?: string;
  readonly allowEmpty?: boolean;
  readonly json?: boolean;
}

/** `hyperferry extract FILE -o OUT.hyper`: builds the extract on this machine, without queue and Tableau. */
export function addExtractCommand(program: Command): void {
  program
    .command('extract')
    .description('build a .hyper extract from a CSV file, without queue and Tableau')
    .argument('<file>', 'the CSV file')
    .requiredOption('-o, --output <file>', 'the .hyper file to write')
    .option('--columns <names>', 'only these columns, in this order: a,b,c')
    .option('--types <types>', 'types instead of the inferred ones: date=date,zip=text')
    .option('--allow-empty', 'build an extract from a file without rows')
    .option('--json', 'print one JSON object')
    .action(extract);
}

async function extract(path: string, options: ExtractOptions): Promise<void> {
  const startedAt = performance.now();
  const settings = readSettings();
  const columns = options.columns === undefined ? undefined : await parseColumns(options.columns);
  const types = options.types === undefined ? {} : await parseTypes(options.types);
  const file = await checkSourceFile(path);
  const outPath = resolve(options.output);
  const signal = interruptSignal();

  const scratchDir = await mkdtemp(join(tmpdir(), 'hf-'));
  try {
    await using engine = await HyperProcess.start({
      env: settings.env,
      signal,
      fileWhitelist: [dirname(file.path), scratchDir],
    });
    const built = await extractFile(
      { spec: { columns, types, allowEmpty: options.allowEmpty ?? false }, file, outPath },
      { runId: 'extract', logger: silentLogger, signal, scratchDir, emit() {}, engine },
    );
    const { rows } = built;
    const ms = Math.round(performance.now() - startedAt);
    const result = { file: path, ...rows, columns: built.columns, bytes: built.sizeBytes, ms };
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(result)}\n`
        : `${options.output}: ${rows.loaded} of ${rows.read} rows, ${rows.rejected} rejected, ${built.columns} columns, ${built.sizeBytes} bytes, ${ms} ms\n`,
    );
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}
