import type { Command } from 'commander';

import { parseColumns, parseTypes } from '../column-options.ts';
import { addDialectOptions, type DialectOptions, toOverrides } from '../dialect-options.ts';
import { addLocaleOptions, type LocaleOptions, toLocale } from '../locale-options.ts';
import { inputFiles } from '../input-files.ts';
import { printError } from '../print-error.ts';
import { withEngine } from '../with-engine.ts';

interface PlanOptions extends DialectOptions, LocaleOptions {
  readonly columns?: string;
  readonly types?: string;
  readonly json?: boolean;
}

const PREVIEW_ROWS = 10;

/** `hyperferry plan FILE…`: what would happen, and why. Nothing is written. */
export function addPlanCommand(program: Command, env: NodeJS.ProcessEnv): void {
  const command = program
    .command('plan')
    .description('show how CSV files would be read: dialect, columns, types and why; writes nothing')
    .argument('<file...>', 'CSV files or globs')
    .option('--columns <names>', 'only these columns, in this order: a,b,c')
    .option('--types <types>', 'types instead of the inferred ones: date=date,zip=text')
    .option('--json', 'print one JSON object for each file');
  addLocaleOptions(addDialectOptions(command)).action((names: string[], options: PlanOptions) =>
    plan(env, names, options),
  );
}

async function plan(env: NodeJS.ProcessEnv, names: readonly string[], options: PlanOptions): Promise<void> {
  const files = await inputFiles(names);
  const csv = toOverrides(options);
  const spec = {
    ...(options.columns === undefined ? {} : { columns: await parseColumns(options.columns) }),
    types: options.types === undefined ? {} : await parseTypes(options.types),
    ...(await toLocale(options)),
    allowEmpty: true,
    csv,
  };
  await withEngine(env, files, async (context) => {
    const [{ parse, previewSource }, { checkSourceFile }, { describePlan, planOf }] = await Promise.all([
      import('@hyperferry/pipeline/extract'),
      import('@hyperferry/sources'),
      import('../describe-plan.ts'),
    ]);
    for (const path of files) {
      try {
        const file = await checkSourceFile(path);
        const profile = await parse({ spec, file }, context);
        const preview = await previewSource(file, { ...csv, footerRows: profile.dialect.footerRows }, PREVIEW_ROWS);
        process.stdout.write(
          options.json === true ? `${JSON.stringify(planOf(path, profile, preview))}\n` : describePlan(path, profile),
        );
      } catch (error) {
        if (context.signal.aborted) throw error;
        process.exitCode = printError(error, process.argv, { file: path });
      }
    }
  });
}
