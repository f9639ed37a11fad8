import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { checkSourceFile, csvOverrides, openTable, type TableOverrides, writeCsv } from '@hyperferry/sources';
import type { Command } from 'commander';

import { addDialectOptions, type DialectOptions, toCsvSpec } from '../dialect-options.ts';
import { makeFolder } from '../make-folder.ts';
import { inputFiles, refuseInput, takeOutputName } from '../input-files.ts';
import { printError } from '../print-error.ts';

interface ReadOptions extends DialectOptions {
  readonly spec?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `hyperferry read FILE…`: what the files say before typing, as clean CSV. */
export function addReadCommand(program: Command): void {
  const command = program
    .command('read')
    .description('write what CSV files say, before typing, as clean CSV in UTF-8')
    .argument('<file...>', 'CSV files or globs')
    .option('--out <folder>', 'one file each in this folder, named like the source; default: standard output')
    .option('--spec <file>', 'job spec in YAML or JSON: how the files are written; other options go before it')
    .option('--json', 'errors as JSON');
  addDialectOptions(command).action(read);
}

async function read(names: string[], options: ReadOptions): Promise<void> {
  const csv =
    options.spec === undefined ? {} : (await (await import('../spec-file.ts')).readSpecFile(options.spec)).csv;
  const overrides = csvOverrides({ csv: { ...csv, ...toCsvSpec(options) } });
  const taken = new Set<string>();
  // With --json there are JSON objects on stderr and nothing else.
  const warn = (line: string): void => void (options.json === true || process.stderr.write(line));
  if (options.out !== undefined) await makeFolder(options.out);
  const files = await inputFiles(names);
  for (const path of files) {
    try {
      if (options.out === undefined)
        await pipeline(Readable.from(cleanCsv(path, overrides, warn)), process.stdout, { end: false });
      else {
        const outPath = join(options.out, takeOutputName(taken, basename(path)));
        await refuseInput(outPath, files);
        await writeWhole(outPath, cleanCsv(path, overrides, warn));
      }
    } catch (error) {
      // The other files are still read.
      process.exitCode = printError(error, process.argv, { file: path });
    }
  }
}

async function* cleanCsv(
  path: string,
  overrides: TableOverrides,
  warn: (line: string) => void,
): AsyncGenerator<string> {
  const table = await openTable(await checkSourceFile(path), overrides);
  if (table === undefined) return;
  yield* writeCsv(table);
  for (const warning of table.warnings()) warn(`! ${path}: ${warning}\n`);
}

async function writeWhole(path: string, content: AsyncGenerator<string>): Promise<void> {
  const partPath = `${path}.part-${process.pid}`;
  try {
    await pipeline(Readable.from(content), createWriteStream(partPath));
    await rename(partPath, path);
  } catch (error) {
    await rm(partPath, { force: true });
    throw error;
  }
}
