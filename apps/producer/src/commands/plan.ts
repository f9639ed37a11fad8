import type { Command } from 'commander';

import { addExtractOptions, type ExtractOptions, namesOrSource, readGivenSpec } from '../extract-options.ts';
import { inputFiles } from '../input-files.ts';
import { printError } from '../print-error.ts';
import { withEngine } from '../with-engine.ts';

interface PlanOptions extends ExtractOptions {
  readonly pin?: string;
  readonly json?: boolean;
}

const PREVIEW_ROWS = 10;

/** `hyperferry plan FILE…`: what would happen, and why. Nothing is written but what `--pin` names. */
export function addPlanCommand(program: Command, env: NodeJS.ProcessEnv): void {
  const command = program
    .command('plan')
    .description('show how CSV files would be read: dialect, columns, types and why')
    .argument('[file...]', 'CSV files or globs; the source of the job spec when there are none')
    .option('--pin <spec>', 'write a job spec by which the next file is read like this one')
    .option('--json', 'print one JSON object for each file');
  addExtractOptions(command).action((names: string[], options: PlanOptions) => plan(env, names, options));
}

async function plan(env: NodeJS.ProcessEnv, names: readonly string[], options: PlanOptions): Promise<void> {
  const given = await readGivenSpec(options);
  const files = await inputFiles(namesOrSource(names, given));
  const { pin } = options;
  if (pin !== undefined) {
    const { checkPinPath } = await import('../pin-spec.ts');
    await checkPinPath(pin, options.spec, files.length);
  }
  const spec = { ...given.extract, allowEmpty: true };
  await withEngine(env, files, async (context) => {
    const [{ parse, previewSource }, { checkSourceFile, csvOverrides }, { describePlan, planOf }] = await Promise.all([
      import('@hyperferry/pipeline/extract'),
      import('@hyperferry/sources'),
      import('../describe-plan.ts'),
    ]);
    for (const path of files) {
      try {
        context.signal.throwIfAborted();
        const file = await checkSourceFile(path);
        const profile = await parse({ spec, file }, context);
        const preview = await previewSource(
          file,
          { ...csvOverrides(spec), footerRows: profile.dialect.footerRows },
          PREVIEW_ROWS,
        );
        if (pin !== undefined) await (await import('../pin-spec.ts')).writePinnedSpec(pin, given, profile);
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
