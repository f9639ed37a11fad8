import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { outputError } from '@hyperferry/schema/errors';
import { checkSourceFile, csvOverrides, openTable, type TableOverrides, writeCsv } from '@hyperferry/sources';
import type { Command } from 'commander';

import { addDialectOptions, type DialectOptions, toCsvSpec } from '../dialect-options.ts';
import { inputFiles } from '../input-files.ts';
import { interruptSignal } from '../interrupt-signal.ts';
import { makeFolder } from '../make-folder.ts';
import { refuseNeighbour, refuseOverwriting, takeOutputName } from '../output-files.ts';
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
    .option('--json', 'errors and warnings as JSON');
  addDialectOptions(command).action(read);
}

async function read(names: string[], options: ReadOptions): Promise<void> {
  const signal = interruptSignal();
  const csv =
    options.spec === undefined ? {} : (await (await import('../spec-file.ts')).readSpecFile(options.spec)).csv;
  const overrides = csvOverrides({ csv: { ...csv, ...toCsvSpec(options) } });
  const taken = new Set<string>();
  const warn = (file: string, warnings: readonly string[]): void => {
    if (warnings.length === 0) return;
    const lines = warnings.map((warning) => `! ${file}: ${warning}\n`).join('');
    process.stderr.write(options.json === true ? `${JSON.stringify({ file, warnings })}\n` : lines);
  };
  const files = await inputFiles(names);
  if (options.out !== undefined) await makeFolder(options.out);
  for (const path of files) {
    try {
      signal.throwIfAborted();
      if (options.out === undefined) await print(cleanCsv(path, overrides, warn), signal);
      else {
        const outPath = join(options.out, takeOutputName(taken, unpackedName(basename(path))));
        await refuseOverwriting([outPath], options.spec === undefined ? files : [...files, options.spec]);
        await refuseNeighbour(outPath, path);
        await writeWhole(outPath, cleanCsv(path, overrides, warn), signal);
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // The other files are still read.
      process.exitCode = printError(error, process.argv, { file: path });
    }
  }
}

/** What is written is not packed: under the name of a packed file no program could read it. */
function unpackedName(name: string): string {
  const unpacked = name.replace(/(?<=.)\.(?:gz|zst|zip)$/i, '');
  return unpacked === name || extname(unpacked) !== '' ? unpacked : `${unpacked}.csv`;
}

async function* cleanCsv(
  path: string,
  overrides: TableOverrides,
  warn: (file: string, warnings: readonly string[]) => void,
): AsyncGenerator<string> {
  const table = await openTable(await checkSourceFile(path), overrides);
  if (table === undefined) return;
  yield* writeCsv(table);
  warn(path, table.warnings());
}

async function print(content: AsyncGenerator<string>, signal: AbortSignal): Promise<void> {
  for await (const text of content) {
    signal.throwIfAborted();
    if (!process.stdout.write(text)) await once(process.stdout, 'drain', { signal });
  }
}

/** The file appears when it is finished, as a whole. @throws {HyperferryError} DISK_FULL, OUTPUT_NOT_WRITABLE */
async function writeWhole(path: string, content: AsyncGenerator<string>, signal: AbortSignal): Promise<void> {
  const partPath = `${path}.part-${process.pid}`;
  const out = createWriteStream(partPath);
  let failure: Error | undefined;
  // The reader's own errors look alike.
  out.once('error', (error) => (failure = error));
  try {
    await pipeline(Readable.from(content), out, { signal });
    await rename(partPath, path).catch((error: Error) => {
      throw (failure = error);
    });
  } catch (error) {
    await rm(partPath, { force: true });
    throw error === failure ? outputError(path, failure) : error;
  }
}
