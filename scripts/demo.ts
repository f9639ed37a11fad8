import { parseArgs } from 'node:util';

import { HyperProcess } from '@hyperferry/hyper';
import type { RunView } from '@hyperferry/queue';
import type { RunProgress } from '@hyperferry/schema';
import { readConnection, TableauClient } from '@hyperferry/tableau';

import { openQueue } from '../apps/producer/src/open-queue.ts';
import { readSettings } from '../apps/producer/src/env.ts';
import { serverOf } from '../apps/producer/src/server-of.ts';
import { submitFile } from '../apps/producer/src/submit-file.ts';
import { type Dataset, datasetPath, datasets } from './demo/datasets.ts';
import { proofOfCsv, proofOfDownload } from './demo/prove.ts';
import { createStack, type Stack } from './demo/stack.ts';
import { formatTable } from './demo/table.ts';
import { join } from 'node:path';

// The main job, for real: a private Redis, the Tableau simulator, a worker and the dashboard; three CSV files become
// published data sources, which are then downloaded, opened with the engine and compared with the files.

const { values: options } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const startedAt = performance.now();

const stack = await createStack();
const stopped = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopped.abort(new Error(name)));

interface Ended {
  readonly dataset: Dataset;
  readonly run: RunView;
}

let left: string[] = [];
let result = { published: 0, mismatches: 0, orphans: 0, seconds: 0 };
try {
  const dashboardUrl = await startPrograms(stack);
  const ended = await publishAll(stack);
  say(`\n${showReports(ended)}\n`);
  const mismatches = await proveAll(stack, ended);
  const published = ended.filter(({ run }) => run.state === 'succeeded').length;
  result = { ...result, published, mismatches };
  if (options.keep) await keepUntilStopped(stack, dashboardUrl);
} finally {
  left = await stack.stop();
}
for (const thing of left) say(`left behind: ${thing}`);
result = { ...result, orphans: left.length, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else say(`${result.published} published, ${result.mismatches} mismatches, nothing left running, ${result.seconds} s`);
if (result.published !== datasets.length || result.mismatches > 0 || left.length > 0) process.exitCode = 1;

async function startPrograms({ env, start, folder }: Stack): Promise<string> {
  const simulator = await start('simulator', 'packages/tableau-simulator/bin/hyperferry-simulator.js', [
    '--port',
    '0',
    '--data',
    join(folder, 'tableau'),
  ]);
  const { url, siteContentUrl, tokenName, tokenSecret } = simulator.announced as Record<string, string>;
  Object.assign(env, {
    HYPERFERRY_CONNECTION_DEMO_URL: url,
    HYPERFERRY_CONNECTION_DEMO_SITE: siteContentUrl,
    HYPERFERRY_CONNECTION_DEMO_PAT_NAME: tokenName,
    HYPERFERRY_CONNECTION_DEMO_PAT_SECRET: tokenSecret,
    HYPERFERRY_DASHBOARD_PORT: '0',
  });
  say(`Tableau simulator  ${url}`);
  await start('worker', 'apps/worker/bin/hyperferry-worker.js', []);
  say('worker             1, with a Redis of its own');
  const dashboard = await start('dashboard', 'apps/dashboard/bin/hyperferry-dashboard.js', []);
  say(`dashboard          ${String(dashboard.announced.url)}\n`);
  return String(dashboard.announced.url);
}

async function publishAll({ env }: Stack): Promise<Ended[]> {
  const opened = await openQueue(readSettings(env));
  try {
    return await Promise.all(
      datasets.map(async (dataset) => {
        const { runId } = await submitFile(
          {
            path: datasetPath(dataset.file),
            target: { connection: 'demo', project: dataset.project, name: dataset.name, mode: 'createOrOverwrite' },
            server: serverOf('demo', env),
          },
          opened,
        );
        const run = await opened.queue.waitForRun(runId, {
          signal: stopped.signal,
          onProgress: showProgress(dataset),
        });
        return { dataset, run };
      }),
    );
  } finally {
    await opened.close();
  }
}

function showProgress({ file }: Dataset): (progress: RunProgress) => void {
  return ({ stage, state, rows, elapsedMs }) => {
    if (state === 'running') return;
    const counted = rows === undefined ? '' : `  ${rows.toLocaleString('en-US')} rows`;
    const took = elapsedMs === undefined || state !== 'done' ? '' : `  ${Math.round(elapsedMs)} ms`;
    say(`${file.padEnd(20)} ${stage.padEnd(8)} ${state}${counted}${took}`);
  };
}

function showReports(ended: readonly Ended[]): string {
  const header = [
    'data source',
    'project',
    'read',
    'loaded',
    'rejected',
    'bytes',
    'parse',
    'extract',
    'publish',
    'link',
  ];
  return formatTable(
    header,
    ended.map(({ dataset, run: { report, error } }) => [
      dataset.name,
      dataset.project,
      ...[report?.rows?.read, report?.rows?.loaded, report?.rows?.rejected, report?.extractBytes].map((count) =>
        String(count ?? '-'),
      ),
      ...['parse', 'extract', 'publish'].map((name) => {
        const stage = report?.stages.find((done) => done.stage === name);
        return stage === undefined ? (error?.code ?? '-') : `${Math.round(stage.durationMs)} ms`;
      }),
      report?.published?.webpageUrl ?? '-',
    ]),
  );
}

/** Downloads what was published and compares it with the files. Returns the number of data sources that differ. */
async function proveAll({ env, folder }: Stack, ended: readonly Ended[]): Promise<number> {
  await using engine = await HyperProcess.start({ env });
  const client = await TableauClient.open(readConnection('demo', env));
  let mismatches = 0;
  for (const { dataset, run } of ended) {
    const published = run.report?.published;
    if (published === undefined) continue;
    const tdsxPath = join(folder, 'download.tdsx');
    await client.datasources.download(published.id, tdsxPath);
    const inCsv = await proofOfCsv(datasetPath(dataset.file), dataset.proof);
    const inTableau = await proofOfDownload(engine, tdsxPath, folder, dataset.proof);
    const equal = inCsv.rows === inTableau.rows && inCsv.checksum === inTableau.checksum;
    if (!equal) mismatches += 1;
    say(
      `${equal ? 'proved' : 'DIFFERS'}  ${dataset.name}: ${inTableau.rows} rows, ${dataset.proof.join(' and ')} ${equal ? 'equal the CSV' : `differ from the CSV (${inCsv.rows} rows)`}`,
    );
  }
  return mismatches;
}

async function keepUntilStopped({ env }: Stack, dashboardUrl: string): Promise<void> {
  const names = Object.keys(env)
    .filter((name) => name.startsWith('HYPERFERRY_CONNECTION_DEMO_'))
    .concat('HYPERFERRY_DATA', 'TMPDIR');
  process.stdout.write(
    `\ndashboard ${dashboardUrl}\n\n${names.map((name) => `export ${name}='${env[name]}'`).join('\n')}\n\nCtrl-C stops everything.\n`,
  );
  await new Promise<void>((resolve) => stopped.signal.addEventListener('abort', () => resolve(), { once: true }));
}
