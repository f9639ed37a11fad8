import { type PublishMode, publishModes, targetSchema, parseWith, type Report } from '@hyperferry/schema';
import { type Command, Option } from 'commander';

import { readSettings } from '../env.ts';
import {
  addExtractOptions,
  type ExtractOptions,
  type GivenSpec,
  namesOrSource,
  readGivenSpec,
} from '../extract-options.ts';
import { openQueue } from '../open-queue.ts';
import { showProgress, succeededOrThrow } from '../progress.ts';
import { serverOf } from '../server-of.ts';
import { submitFile } from '../submit-file.ts';

interface PublishOptions extends ExtractOptions {
  readonly project?: string;
  readonly name?: string;
  readonly connection?: string;
  readonly mode?: PublishMode;
  readonly createProject?: boolean;
  readonly onFailure?: 'continue' | 'hold';
  readonly key?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** `hyperferry publish [FILE]`: puts one run into the queue, and waits for its end if asked. */
export function addPublishCommand(program: Command): void {
  const command = program
    .command('publish')
    .description('publish a CSV file as a Tableau data source, through the queue')
    .argument('[file]', 'the CSV file; without it the workers read the source of the job spec')
    .option('--project <path>', 'project, as a path: Finance/Sales')
    .option('--name <name>', 'name of the data source')
    .option('--connection <name>', 'connection to Tableau, as the worker knows it (default: "default")')
    .addOption(
      new Option('--mode <mode>', 'what to do with the data source (default: createOrOverwrite)').choices(publishModes),
    )
    .option('--create-project', 'make the project when it is missing')
    .addOption(new Option('--on-failure <what>', 'after a failure of this run').choices(['continue', 'hold']))
    .option('--key <key>', 'idempotency key: the same key again is the same run')
    .option('--wait', 'wait until the run has ended and show its progress')
    .option('--json', 'print one JSON object');
  addExtractOptions(command).action(publish);
}

async function publish(file: string | undefined, options: PublishOptions): Promise<void> {
  const settings = readSettings();
  const given = await readGivenSpec(options);
  if (file === undefined) namesOrSource([], given);
  const job = jobOf(given, options);

  const opened = await openQueue(settings);
  try {
    const { runId, state } = await submitFile(
      {
        ...job,
        ...(file === undefined ? {} : { path: file }),
        server: serverOf(job.target.connection, settings.env),
        runId: options.key,
      },
      opened,
    );
    if (options.wait !== true) {
      process.stdout.write(options.json === true ? `${JSON.stringify({ runId, state })}\n` : `${runId}\n`);
      return;
    }
    if (options.json === true) {
      const report = succeededOrThrow(await opened.queue.waitForRun(runId));
      process.stdout.write(`${JSON.stringify(report)}\n`);
      return;
    }
    process.stderr.write(`run ${runId}\n`);
    const report = await showProgress(
      (onProgress) => opened.queue.waitForRun(runId, { onProgress }),
      process.stderr.isTTY,
    );
    process.stdout.write(summary(report));
  } finally {
    await opened.close();
  }
}

/** What the job spec says, where no option says otherwise. @throws {HyperferryError} SPEC_INVALID naming what is missing */
function jobOf({ extract, file }: GivenSpec, options: PublishOptions) {
  const { connection, project, name, mode, createProject } = options;
  const onFailure = options.onFailure ?? file?.onFailure;
  const target = parseWith(
    targetSchema,
    { ...file?.target, ...definedOf({ connection, project, name, mode, createProject }) },
    'target',
  );
  return {
    ...extract,
    target,
    ...definedOf({ source: file?.source, priority: file?.priority, onFailure }),
  };
}

function definedOf<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function summary({ published, rows }: Report): string {
  if (published === undefined || rows === undefined) return '';
  const link = published.webpageUrl === undefined ? '' : `\n${published.webpageUrl}`;
  return `${published.action} ${published.projectPath}/${published.name}: ${rows.loaded} of ${rows.read} rows, ${rows.rejected} rejected${link}\n`;
}
