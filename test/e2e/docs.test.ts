import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readSettings } from '../../apps/producer/src/env.ts';
import { type OpenedQueue, openQueue } from '../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../apps/producer/src/server-of.ts';
import { submitFile } from '../../apps/producer/src/submit-file.ts';
import { metadataSchema, specFileSchema, targetSchema } from '@hyperferry/schema';

import { readOptions } from '../soak/options.ts';
import { run } from './command.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';
import { exportedNames, readBlocks, readInlineCommands, scriptOf } from './doc-commands.ts';

// Every command that the documents tell people to type is typed here.

const root = join(import.meta.dirname, '..', '..');
const documents = [
  'README.md',
  'docs/analyst.md',
  'docs/job-spec.md',
  'docs/operator.md',
  'docs/operations.md',
  'docs/publishing.md',
];
const blocks = new Map(
  await Promise.all(documents.map(async (path) => [path, await readBlocks(join(root, path))] as const)),
);

const inOperations = await readInlineCommands(join(root, 'docs/operations.md'));
/** The state in which somebody who reads of a command has a run. */
const givenFor: Readonly<Record<string, string>> = { retry: 'failed', release: 'held', skip: 'held' };

let stack: DemoStack;
let opened: OpenedQueue;
let folder: string;
let runs = 0;

beforeAll(async () => {
  stack = await startDemoStack(async (env, stackFolder) => {
    const secretFile = join(stackFolder, 'tableau-pat');
    await writeFile(secretFile, env['HYPERFERRY_CONNECTION_DEMO_PAT_SECRET'] ?? '', { mode: 0o600 });
    return {
      HYPERFERRY_CONNECTION_DEFAULT_URL: env['HYPERFERRY_CONNECTION_DEMO_URL'],
      HYPERFERRY_CONNECTION_DEFAULT_SITE: env['HYPERFERRY_CONNECTION_DEMO_SITE'],
      HYPERFERRY_CONNECTION_DEFAULT_PAT_NAME: env['HYPERFERRY_CONNECTION_DEMO_PAT_NAME'],
      HYPERFERRY_CONNECTION_DEFAULT_PAT_SECRET_FILE: secretFile,
      PATH: `${await linkPrograms(stackFolder)}:${env['PATH']}`,
    };
  });
  folder = join(stack.folder, 'somewhere');
  await mkdir(folder);
  await writeFile(
    join(folder, 'sales.csv'),
    'date,zip,day,amount\n2026-01-02,01067,Friday,1.50\n2026-01-03,99084,Saturday,2.25\n',
  );
  opened = await openQueue(readSettings(stack.env));
});

afterAll(async () => {
  await opened.close();
  expect(await stack.stop()).toEqual([]);
});

/** The built programs as commands. */
async function linkPrograms(stackFolder: string): Promise<string> {
  const bin = join(stackFolder, 'bin');
  await mkdir(bin);
  const programs = {
    hyperferry: 'apps/producer',
    'hyperferry-worker': 'apps/worker',
    'hyperferry-dashboard': 'apps/dashboard',
    'hyperferry-simulator': 'packages/tableau-simulator',
  };
  for (const [name, workspace] of Object.entries(programs)) {
    const path = join(bin, name);
    await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${join(root, workspace, 'bin', name)}.js' "$@"\n`);
    await chmod(path, 0o755);
  }
  return bin;
}

/** A run in the state that a block begins with. */
async function givenRun(state: string): Promise<string> {
  runs += 1;
  if (state === 'waiting') await opened.queue.pause({ scope: 'queue', queue: 'runs' });
  const { runId } = await submitFile(
    {
      path: join(folder, 'sales.csv'),
      target: {
        connection: 'default',
        project: state === 'waiting' ? 'Finance/Sales' : 'Not there',
        name: `Given ${runs}`,
        mode: 'createOrOverwrite',
      },
      server: serverOf('default', stack.env),
      onFailure: state === 'held' ? 'hold' : 'continue',
    },
    opened,
  );
  if (state !== 'waiting') await opened.queue.waitForRun(runId);
  expect((await opened.queue.getRun(runId)).state).toBe(state);
  return runId;
}

describe.each([...blocks])('%s', (path, ofDocument) => {
  it('has commands', () => {
    expect(ofDocument.length).toBeGreaterThan(0);
  });

  it.each(ofDocument.map((block) => [block.line, block] as const))('line %i can be typed', async (_line, block) => {
    const given = block.given === undefined ? {} : { RUN: await givenRun(block.given) };
    const env = { ...stack.env, ...given };
    const result = await run('bash', ['-c', scriptOf(block)], env, { cwd: folder });
    if (block.given === 'waiting') await opened.queue.resume({ scope: 'queue', queue: 'runs' });
    expect(result.code, `${path}: ${result.stdout}${result.stderr}`).toBe(0);
  });
});

describe('docs/operations.md', () => {
  it('names commands', () => {
    expect(inOperations.length).toBeGreaterThan(4);
  });

  it.each(inOperations)('%s can be typed', async (command) => {
    const [, verb = ''] = command.split(' ');
    const named = /\bRUN\b/.test(command);
    const runId = named ? await givenRun(givenFor[verb] ?? '') : '';
    const result = await run('bash', ['-c', command.replace(/\bRUN\b/, runId)], stack.env, { cwd: folder });
    expect(result.code, `${command}: ${result.stdout}${result.stderr}`).toBe(0);
    if (named) expect(result.stdout).toContain(runId);
  });

  it('has a soak that would begin', async () => {
    const lines = (blocks.get('docs/operations.md') ?? []).flatMap(({ commands }) => commands.split('\n'));
    const soaks = lines.flatMap((line) => /^npm run soak -- (.*)$/.exec(line)?.[1] ?? []);
    expect(soaks.length).toBeGreaterThan(0);
    for (const soak of soaks) expect(readOptions(soak.split(' '))).toMatchObject({ runs: 300, seed: 1 });
  });
});

it('docs/job-spec.md names every key of a job spec', async () => {
  const text = await readFile(join(root, 'docs/job-spec.md'), 'utf8');
  const keysOf = (schema: { shape: object }): string[] => Object.keys(schema.shape);
  const keys = [
    ...keysOf(specFileSchema),
    ...keysOf(specFileSchema.shape.csv.unwrap()),
    ...keysOf(targetSchema),
    ...keysOf(metadataSchema),
  ];
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

it('the documents set no variable of a connection that does not exist', () => {
  const names = [...blocks.values()].flat().flatMap(exportedNames);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !(name in stack.env))).toEqual([]);
});

it('the documents name no npm script that does not exist', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const text = await Promise.all(documents.map((path) => readFile(join(root, path), 'utf8')));
  const named = [...text.join('\n').matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? '');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it('the documents name every variable that the programs read', async () => {
  const operator = await readFile(join(root, 'docs/operator.md'), 'utf8');
  const files = ['apps/worker/src/env.ts', 'apps/dashboard/src/env.ts', 'packages/schema/src/environment.ts'];
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  const read = new Set(
    texts
      .join('\n')
      .match(/^ {2}(?:HYPERFERRY_\w+|REDIS_URL)(?=:)/gm)
      ?.map((name) => name.trim()),
  );
  expect([...read].filter((name) => !operator.includes(name))).toEqual([]);
});
