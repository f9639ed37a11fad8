import { basename, join, resolve } from 'node:path';

import { HyperferryError } from '@hyperferry/schema/errors';
import type { Command } from 'commander';

import { parseColumns, parseTypes } from '../column-options.ts';
import { addDialectOptions, type DialectOptions, toOverrides } from '../dialect-options.ts';
import { addLocaleOptions, type LocaleOptions, toLocale } from '../locale-options.ts';
import { makeFolder } from '../make-folder.ts';
import { inputFiles, takeOutputName } from '../input-files.ts';
import { printError } from '../print-error.ts';
import { withEngine } from '../with-engine.ts';

interface ExtractOptions extends DialectOptions, LocaleOptions {
  readonly output?: string;
  readonly out?: string;
  readonly rejects?: string;
  readonly columns?: string;
  readonly types?: string;
  readonly allowEmpty?: boolean;
  readonly json?: boolean;
}

/** `hyperferry extract FILE… -o OUT.hyper | --out DIR`: builds extracts on this machine, without queue and Tableau. */
export function addExtractCommand(program: Command, env: NodeJS.ProcessEnv): void {
  const command = program
    .command('extract')
    .description('build .hyper extracts from CSV files, without queue and Tableau')
    .argument('<file...>', 'CSV files or globs')
    .option('-o, --output <file>', 'the .hyper file to write, for one file')
    .option('--out <folder>', 'one .hyper file each in this folder, named like the source')
    .option('--rejects <file>', 'where rows go that could not be loaded, with line and reason; for one file')
    .option('--columns <names>', 'only these columns, in this order: a,b,c')
    .option('--types <types>', 'types instead of the inferred ones: date=date,zip=text')
    .option('--allow-empty', 'build an extract from a file without rows')
    .option('--json', 'print one JSON object for each file');
  addLocaleOptions(addDialectOptions(command)).action((names: string[], options: ExtractOptions) =>
    extract(env, names, options),
  );
}

async function extract(env: NodeJS.ProcessEnv, names: readonly string[], options: ExtractOptions): Promise<void> {
  const files = await inputFiles(names);
  checkOutputs(files, options);
  const spec = {
    ...(options.columns === undefined ? {} : { columns: await parseColumns(options.columns) }),
    types: options.types === undefined ? {} : await parseTypes(options.types),
    ...(await toLocale(options)),
    allowEmpty: options.allowEmpty ?? false,
    csv: toOverrides(options),
  };
  const taken = new Set<string>();
  if (options.out !== undefined) await makeFolder(options.out);
  await withEngine(env, files, async (context) => {
    const [{ extractFile }, { checkSourceFile }] = await Promise.all([
      import('@hyperferry/pipeline/extract'),
      import('@hyperferry/sources'),
    ]);
    for (const path of files) {
      const startedAt = performance.now();
      try {
        const file = await checkSourceFile(path);
        const outPath = resolve(
          options.output ?? join(options.out ?? '.', takeOutputName(taken, `${basename(path)}.hyper`)),
        );
        const rejectsPath = options.rejects === undefined ? {} : { rejectsPath: resolve(options.rejects) };
        const { rows, columns, sizeBytes, profile } = await extractFile(
          { spec, file, outPath, ...rejectsPath },
          context,
        );
        const ms = Math.round(performance.now() - startedAt);
        const result = { file: path, ...rows, columns, bytes: sizeBytes, ms, warnings: profile.warnings };
        process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : sentence(outPath, result));
      } catch (error) {
        // Stopped by a signal: the rest is not begun. Else the other files are still done.
        if (context.signal.aborted) throw error;
        process.exitCode = printError(error, process.argv, { file: path });
      }
    }
  });
}

function checkOutputs(files: readonly string[], { output, out, rejects }: ExtractOptions): void {
  if ((output === undefined) === (out === undefined)) {
    throw new HyperferryError('USAGE_INVALID', 'give either -o with one .hyper file or --out with a folder');
  }
  if (files.length > 1 && (output !== undefined || rejects !== undefined)) {
    throw new HyperferryError('USAGE_INVALID', `-o and --rejects take one file, not ${files.length}: use --out`);
  }
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
