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

import { parseColumns, parseTypes } from '../column-options.ts';
import { describeWait } from '../describe-wait.ts';
import { readSettings } from '../env.ts';
import { openQueue } from '../open-queue.ts';
import { parseDuration } from '../parse-duration.ts';
import { showProgress, succeededOrThrow, waitForRun } from '../progress.ts';
import { serverOf } from '../server-of.ts';
import { submitFile } from '../submit-file.ts';

interface PublishOptions {
  readonly project: string;
  readonly name: string;
  readonly connection: string;
  readonly mode: PublishMode;
  readonly columns?: string;
  readonly types?: string;
  readonly allowEmpty?: boolean;
  readonly createProject?: boolean;
  readonly onFailure?: 'continue' | 'hold';
  readonly priority?: number;
  readonly key?: string;
  readonly wait?: boolean;
  /** In milliseconds. */
  readonly timeout?: number;
  readonly json?: boolean;
}

/** `hyperferry publish FILE`: puts one run into the queue, and waits for its end if asked. */
export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .description('publish a CSV file as a Tableau data source, through the queue')
    .argument('<file>', 'the CSV file')
    .requiredOption('--project <path>', 'project, as a path: Finance/Sales')
    .requiredOption('--name <name>', 'name of the data source')
    .option('--connection <name>', 'connection to Tableau, as the worker knows it', 'default')
    .addOption(
      new Option('--mode <mode>', 'what to do with the data source').choices(publishModes).default('createOrOverwrite'),
    )
    .option('--columns <names>', 'only these columns, in this order: a,b,c')
    .option('--types <types>', 'types instead of the inferred ones: date=date,zip=text')
    .option('--create-project', 'make the project when it is missing')
    .option('--allow-empty', 'publish a file without rows')
    .addOption(new Option('--on-failure <what>', 'after a failure of this run').choices(['continue', 'hold']))
    .option('--priority <number>', 'from 1 (first) to 1000, among different targets only (default: 100)', parsePriority)
    .option('--key <key>', 'idempotency key: the same key again is the same run')
    .option('--wait', 'wait until the run has ended and show its progress')
    .option('--timeout <duration>', 'with --wait: no longer than 90s, 10m, 1h30m; the run goes on', parseDuration)
    .option('--json', 'print one JSON object')
    .action(publish);
}

async function publish(file: string, options: PublishOptions): Promise<void> {
  if (options.timeout !== undefined && options.wait !== true) {
    throw new HyperferryError('USAGE_INVALID', '--timeout is for --wait: without it nothing is waited for');
  }
  const settings = readSettings();
  const target = parseWith(
    targetSchema,
    {
      connection: options.connection,
      project: options.project,
      name: options.name,
      mode: options.mode,
      ...(options.createProject === true ? { createProject: true } : {}),
    },
    'target',
  );
  const columns = options.columns === undefined ? undefined : await parseColumns(options.columns);
  const types = options.types === undefined ? undefined : await parseTypes(options.types);

  const opened = await openQueue(settings);
  try {
    const { runId, state } = await submitFile(
      {
        path: file,
        target,
        server: serverOf(target.connection, settings.env),
        columns,
        types,
        allowEmpty: options.allowEmpty ?? false,
        onFailure: options.onFailure,
        priority: options.priority,
        runId: options.key,
      },
      opened,
    );
    if (options.wait !== true) {
      process.stdout.write(options.json === true ? `${JSON.stringify({ runId, state })}\n` : `${runId}\n`);
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
