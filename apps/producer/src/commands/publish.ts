import type { WaitReason } from '@hyperferry/queue';
import {
  HyperferryError,
  type PublishMode,
  publishModes,
  targetSchema,
  parseWith,
  type Report,
} from '@hyperferry/schema';
import { type Command, Option } from 'commander';

import { describeWait } from '../describe-wait.ts';
import { readSettings } from '../env.ts';
import {
  addExtractOptions,
  type ExtractOptions,
  type GivenSpec,
  namesOrSource,
  readGivenSpec,
} from '../extract-options.ts';
import { refuseStandardInput } from '../input-files.ts';
import { untilInterrupted } from '../interrupt-signal.ts';
import { openQueue } from '../open-queue.ts';
import { parseDuration } from '../parse-duration.ts';
import { showProgress, succeededOrThrow, waitForRun } from '../progress.ts';
import { serverOf } from '../server-of.ts';
import { checkKey, submitFile } from '../submit-file.ts';

interface PublishOptions extends ExtractOptions {
  readonly project?: string;
  readonly name?: string;
  readonly connection?: string;
  readonly mode?: PublishMode;
  readonly createProject?: boolean;
  readonly onFailure?: 'continue' | 'hold';
  readonly priority?: number;
  readonly key?: string;
  readonly wait?: boolean;
  /** In milliseconds. */
  readonly timeout?: number;
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
    .option('--priority <number>', 'from 1 (first) to 1000, among different targets only (default: 100)', parsePriority)
    .option('--key <key>', 'idempotency key: the same key again is the same run')
    .option('--wait', 'wait until the run has ended and show its progress')
    .option('--timeout <duration>', 'with --wait: no longer than 90s, 10m, 1h30m; the run goes on', parseDuration)
    .option('--json', 'print one JSON object');
  addExtractOptions(command).action(publish);
}

async function publish(file: string | undefined, options: PublishOptions): Promise<void> {
  if (options.timeout !== undefined && options.wait !== true) {
    throw new HyperferryError('USAGE_INVALID', '--timeout is for --wait: without it nothing is waited for');
  }
  checkKey(options.key);
  const settings = readSettings();
  const given = await readGivenSpec(options);
  if (file === undefined) namesOrSource([], given);
  else await refuseStandardInput(file);
  const job = jobOf(given, options);

  const opened = await openQueue(settings);
  try {
    const fileJob = {
      ...job,
      ...(file === undefined ? {} : { path: file }),
      server: serverOf(job.target.connection, settings.env),
      runId: options.key,
    };
    // Large files are stored for minutes; what is half stored when somebody gives up is removed.
    const { runId, state, superseded } = await untilInterrupted(
      async (signal) => await submitFile(fileJob, opened, signal),
    );
    if (options.json !== true && superseded.length > 0) {
      process.stderr.write(`supersedes ${superseded.join(', ')}, which waited for the same target\n`);
    }
    if (options.wait !== true) {
      process.stdout.write(options.json === true ? `${JSON.stringify({ runId, state, superseded })}\n` : `${runId}\n`);
      return;
    }
    if (options.json === true) {
      const onWait = (reasons: readonly WaitReason[]): void => {
        const text = describeWait(runId, reasons);
        if (text !== undefined) process.stderr.write(`${JSON.stringify({ event: 'waiting', runId, text, reasons })}\n`);
      };
      const report = succeededOrThrow(await waitForRun(opened.queue, runId, { onWait, timeoutMs: options.timeout }));
      process.stdout.write(`${JSON.stringify(report)}\n`);
      return;
    }
    process.stderr.write(`run ${runId}\n`);
    const report = await showProgress(
      runId,
      (listeners) => waitForRun(opened.queue, runId, { timeoutMs: options.timeout, ...listeners }),
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
  const { onFailure = file?.onFailure, priority = file?.priority } = options;
  const target = parseWith(
    targetSchema,
    { ...file?.target, ...definedOf({ connection, project, name, mode, createProject }) },
    'target',
  );
  return { ...extract, target, ...definedOf({ source: file?.source, priority, onFailure }) };
}

function definedOf<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function parsePriority(text: string): number {
  const priority = Number(text);
  if (/^\d+$/.test(text) && priority >= 1 && priority <= 1000) return priority;
  throw new HyperferryError('USAGE_INVALID', `--priority is a number from 1 to 1000, not ${JSON.stringify(text)}`);
}

function summary({ published, rows }: Report): string {
  if (published === undefined || rows === undefined) return '';
  const link = published.webpageUrl === undefined ? '' : `\n${published.webpageUrl}`;
  return `${published.action} ${published.projectPath}/${published.name}: ${rows.loaded} of ${rows.read} rows, ${rows.rejected} rejected${link}\n`;
}
