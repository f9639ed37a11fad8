import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';

import { HyperferryError } from '@hyperferry/schema/errors';
import type { Command } from 'commander';

import { addExtractOptions, type ExtractOptions, namesOrSource, readGivenSpec } from '../extract-options.ts';
import { makeFolder } from '../make-folder.ts';
import { inputFiles } from '../input-files.ts';
import { refuseOverwriting, takeOutputName } from '../output-files.ts';
import { printError } from '../print-error.ts';
import { withEngine } from '../with-engine.ts';

interface ExtractCommandOptions extends ExtractOptions {
  readonly output?: string;
  readonly out?: string;
  readonly rejects?: string;
  readonly json?: boolean;
}

/** `hyperferry extract FILE… -o OUT.hyper | --out DIR`: builds extracts on this machine, without queue and Tableau. */
export function addExtractCommand(program: Command, env: NodeJS.ProcessEnv): void {
  const command = program
    .command('extract')
    .description('build .hyper extracts from CSV files, without queue and Tableau')
    .argument('[file...]', 'CSV files or globs; the source of the job spec when there are none')
    .option('-o, --output <file>', 'the .hyper file to write, for one file')
    .option('--out <folder>', 'one .hyper file each in this folder, named like the source')
    .option(
      '--rejects <path>',
      'where rows go that could not be loaded, with line and reason: a file; with --out a folder, one NAME.rejects.csv each',
    )
    .option('--json', 'print one JSON object for each file');
  addExtractOptions(command).action((names: string[], options: ExtractCommandOptions) => extract(env, names, options));
}

async function extract(
  env: NodeJS.ProcessEnv,
  names: readonly string[],
  options: ExtractCommandOptions,
): Promise<void> {
  const given = await readGivenSpec(options);
  const files = await inputFiles(namesOrSource(names, given));
  await checkOutputs(files, options);
  const spec = given.extract;
  const taken = new Set<string>();
  for (const folder of foldersOf(options)) await makeFolder(folder);
  await withEngine(env, files, async (context) => {
    const [{ extractFile }, { checkSourceFile }] = await Promise.all([
      import('@hyperferry/pipeline/extract'),
      import('@hyperferry/sources'),
    ]);
    for (const path of files) {
      const startedAt = performance.now();
      try {
        context.signal.throwIfAborted();
        const file = await checkSourceFile(path);
        const outputs = outputsOf(path, options);
        takeOutputName(taken, basename(outputs.outPath));
        await refuseOverwriting(Object.values(outputs), inputsOf(files, options));
        const { rows, columns, sizeBytes, profile } = await extractFile({ spec, file, ...outputs }, context);
        const ms = Math.round(performance.now() - startedAt);
        const warnings = [...profile.warnings, ...unlistedRejects(rows.rejected, options)];
        const result = { file: path, ...rows, columns, bytes: sizeBytes, ms, warnings };
        process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : sentence(outputs.outPath, result));
      } catch (error) {
        // Stopped by a signal: the rest is not begun. Else the other files are still done.
        if (context.signal.aborted) throw error;
        process.exitCode = printError(error, process.argv, { file: path });
      }
    }
  });
}

/** @throws {HyperferryError} USAGE_INVALID, OUTPUT_NOT_WRITABLE */
async function checkOutputs(files: readonly string[], options: ExtractCommandOptions): Promise<void> {
  const { output, out, rejects } = options;
  if ((output === undefined) === (out === undefined)) {
    throw new HyperferryError('USAGE_INVALID', 'give either -o with one .hyper file or --out with a folder');
  }
  if (output === undefined) {
    if (rejects !== undefined && extname(rejects) === '.csv' && !(await isFolder(rejects))) {
      throw new HyperferryError('USAGE_INVALID', `with --out, --rejects names a folder, not "${rejects}"`);
    }
    return;
  }
  if (files.length > 1) {
    throw new HyperferryError('USAGE_INVALID', `-o takes one file, not ${files.length}: use --out`);
  }
  await refuseOverwriting(Object.values(outputsOf(files[0] ?? '', options)), inputsOf(files, options));
  for (const path of [output, rejects]) {
    if (path === undefined || (await isFolder(dirname(path)))) continue;
    throw new HyperferryError('OUTPUT_NOT_WRITABLE', `cannot write ${path}: there is no folder ${dirname(path)}`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
}

function foldersOf({ out, rejects }: ExtractCommandOptions): readonly string[] {
  return out === undefined ? [] : [out, ...(rejects === undefined ? [] : [rejects])];
}

/** What must not be written over. */
function inputsOf(files: readonly string[], { spec }: ExtractCommandOptions): readonly string[] {
  return spec === undefined ? files : [...files, spec];
}

function outputsOf(path: string, { output, out = '.', rejects }: ExtractCommandOptions) {
  const name = basename(path);
  const outPath = resolve(output ?? join(out, `${name}.hyper`));
  if (rejects === undefined) return { outPath };
  return { outPath, rejectsPath: resolve(output === undefined ? join(rejects, `${name}.rejects.csv`) : rejects) };
}

function unlistedRejects(rejected: number, { output, rejects }: ExtractCommandOptions): readonly string[] {
  if (rejected === 0 || rejects !== undefined) return [];
  const where = output === undefined ? 'FOLDER' : 'FILE';
  return [
    `${rejected} rejected ${rejected === 1 ? 'row is' : 'rows are'} written nowhere: --rejects ${where} lists them, with the reason`,
  ];
}

interface Result {
  readonly read: number;
  readonly loaded: number;
  readonly rejected: number;
  readonly filtered: number;
  readonly columns: number;
  readonly bytes: number;
  readonly ms: number;
  readonly warnings: readonly string[];
}

function sentence(outPath: string, { read, loaded, rejected, filtered, columns, bytes, ms, warnings }: Result): string {
  const footer = filtered === 0 ? '' : `${filtered} filtered, `;
  return `${outPath}: ${loaded} of ${read} rows, ${rejected} rejected, ${footer}${columns} columns, ${bytes} bytes, ${ms} ms\n${warnings.map((warning) => `! ${warning}\n`).join('')}`;
}
