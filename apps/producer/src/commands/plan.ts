import { parse, previewSource } from '@hyperferry/pipeline';
import type { Profile } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import type { Command } from 'commander';

import { parseColumns, parseTypes } from '../column-options.ts';
import { addDialectOptions, type DialectOptions, toOverrides } from '../dialect-options.ts';
import { inputFiles } from '../input-files.ts';
import { printError } from '../print-error.ts';
import { textTable } from '../text-table.ts';
import { withEngine } from '../with-engine.ts';

interface PlanOptions extends DialectOptions {
  readonly columns?: string;
  readonly types?: string;
  readonly json?: boolean;
}

const PREVIEW_ROWS = 10;

/** `hyperferry plan FILE…`: what would happen, and why. Nothing is written. */
export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .description('show how CSV files would be read: dialect, columns, types and why; writes nothing')
    .argument('<file...>', 'CSV files or globs')
    .option('--columns <names>', 'only these columns, in this order: a,b,c')
    .option('--types <types>', 'types instead of the inferred ones: date=date,zip=text')
    .option('--json', 'print one JSON object for each file');
  addDialectOptions(command).action(plan);
}

async function plan(names: string[], options: PlanOptions): Promise<void> {
  const files = await inputFiles(names);
  const csv = toOverrides(options);
  const spec = {
    ...(options.columns === undefined ? {} : { columns: await parseColumns(options.columns) }),
    types: options.types === undefined ? {} : await parseTypes(options.types),
    allowEmpty: true,
    csv,
  };
  await withEngine(files, async (context) => {
    for (const path of files) {
      try {
        const file = await checkSourceFile(path);
        const profile = await parse({ spec, file }, context);
        const preview = await previewSource(file, csv, PREVIEW_ROWS);
        process.stdout.write(
          options.json === true ? `${JSON.stringify(planOf(path, profile, preview))}\n` : describe(path, profile),
        );
      } catch (error) {
        if (context.signal.aborted) throw error;
        process.exitCode = printError(error, process.argv, { file: path });
      }
    }
  });
}

function planOf(
  file: string,
  { dialect, encoding, confidence, rowCount, columns, warnings }: Profile,
  preview: readonly string[][],
) {
  return { file, dialect, encoding, confidence, rowCount, columns, warnings, preview };
}

function describe(path: string, { dialect, encoding, confidence, rowCount, columns, warnings }: Profile): string {
  const names: Readonly<Record<string, string>> = { '\t': 'tab', ' ': 'blank' };
  const delimiter = names[dialect.delimiter] ?? dialect.delimiter;
  const head = `${path}: ${rowCount} rows, ${columns.length} columns, delimiter ${delimiter}, ${encoding}, ${dialect.headerRows} header rows, confidence ${confidence}`;
  const table = textTable(
    ['column', 'type', 'nulls', 'why'].map((title) => ({ title, right: title === 'nulls' })),
    columns.map((column) => [column.name, column.type, String(column.nulls), column.reason]),
  );
  return `${[head, table, ...warnings.map((warning) => `! ${warning}`)].join('\n')}\n\n`;
}
