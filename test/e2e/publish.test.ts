import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { datasetPath } from '../../scripts/demo/datasets.ts';
import { type CommandResult, hyperferry, printedError, programPath } from './command.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

let stack: DemoStack;
let files: string;

beforeAll(async () => {
  stack = await startDemoStack({
    HYPERFERRY_CONNECTION_AWAY_URL: 'http://127.0.0.1:1/',
    HYPERFERRY_CONNECTION_AWAY_SITE: 'demo',
    HYPERFERRY_CONNECTION_AWAY_PAT_NAME: 'nobody',
    HYPERFERRY_CONNECTION_AWAY_PAT_SECRET: 'hidden-secret-value',
    HYPERFERRY_STAGE_ATTEMPTS: '2',
    HYPERFERRY_RETRY_DELAY_MS: '50',
  });
  files = join(stack.folder, 'files');
  await mkdir(files);
});

afterAll(async () => {
  const left = await stack.stop();
  expect(left).toEqual([]);
});

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(files, name);
  await writeFile(path, content);
  return path;
}

function publish(path: string, ...args: string[]): Promise<CommandResult> {
  const given = (option: string): boolean => args.includes(option);
  return hyperferry(
    [
      'publish',
      path,
      '--wait',
      '--json',
      ...(given('--project') ? [] : ['--project', 'Finance/Sales']),
      ...(given('--connection') ? [] : ['--connection', 'demo']),
      ...args,
    ],
    stack.env,
  );
}

async function boardText(): Promise<string> {
  const response = await fetch(`${stack.dashboardUrl}board/api/queues?activeQueue=runs&status=failed&page=1`);
  return await response.text();
}

describe('publish', () => {
  it('publishes a CSV and reports what it did', async () => {
    const result = await publish(datasetPath('zipcodes.csv'), '--name', 'ZIP codes');
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      outcome: 'succeeded',
      rows: { read: 42_049, loaded: 42_049, rejected: 0, filtered: 0 },
      published: { name: 'ZIP codes', projectPath: 'Finance/Sales', action: 'created' },
      stages: [{ stage: 'parse' }, { stage: 'extract' }, { stage: 'publish' }],
    });
  });

  it('leaves nothing behind when it is stopped while it stores the file', async () => {
    const large = await file('large.csv', 'a\n');
    await truncate(large, 8 * 2 ** 30);
    const target = ['--project', 'Finance/Sales', '--name', 'Never', '--connection', 'demo'];
    const child = spawn(process.execPath, [programPath, 'publish', large, ...target, '--json'], { env: stack.env });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'close');
    const parts = async () =>
      (await readdir(stack.folder, { recursive: true })).filter((path) => path.includes('.part-'));
    await vi.waitUntil(async () => (await parts()).length === 1, { timeout: 20_000 });
    child.kill('SIGINT');
    expect(await ended).toEqual([10, null]);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'HYPER_CANCELLED', message: 'stopped by SIGINT' });
    expect(await parts()).toEqual([]);
  });

  it('overwrites by default and keeps the id of the data source', async () => {
    const path = await file('twice.csv', 'a,b\n1,x\n2,y\n');
    const first = JSON.parse((await publish(path, '--name', 'Twice')).stdout) as { published: { id: string } };
    const second = JSON.parse((await publish(path, '--name', 'Twice')).stdout) as {
      published: { id: string; action: string };
    };
    expect(second.published).toMatchObject({ id: first.published.id, action: 'overwritten' });
  });

  it('prints the id of the run at once without --wait', async () => {
    const path = await file('nowait.csv', 'a\n1\n');
    const result = await hyperferry(
      ['publish', path, '--project', 'Finance/Sales', '--name', 'No wait', '--connection', 'demo', '--json'],
      stack.env,
    );
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ runId: expect.stringMatching(/^[0-9A-Z]{26}$/) as string });
  });

  it('writes plain lines when piped', async () => {
    const path = await file('plain.csv', 'a\n1\n');
    const result = await hyperferry(
      ['publish', path, '--project', 'Finance/Sales', '--name', 'Plain', '--connection', 'demo', '--wait'],
      stack.env,
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^run [0-9A-Z]{26}\n[\s\S]*publish: .+\n$/);
    // eslint-disable-next-line no-control-regex -- that there are none is the point
    expect(result.stderr + result.stdout).not.toMatch(/\u001B/);
    expect(result.stdout).toMatch(/^created Finance\/Sales\/Plain: 1 of 1 rows, 0 rejected\n/);
  });

  it('makes a project that is missing when it is asked to', async () => {
    const path = await file('project.csv', 'a\n1\n');
    const result = await publish(path, '--name', 'In a new project', '--project', 'Made/By us', '--create-project');
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({
      outcome: 'succeeded',
      target: { connection: 'demo', project: 'Made/By us', name: 'In a new project', mode: 'createOrOverwrite' },
      published: { action: 'created', projectPath: 'Made/By us' },
    });
  });

  it('takes the wanted columns and types', async () => {
    const path = await file('columns.csv', 'zip,day,amount\n01234,2024-01-02,1.50\n');
    const result = await publish(path, '--name', 'Columns', '--columns', 'day,zip', '--types', 'day=text');
    expect(JSON.parse(result.stdout)).toMatchObject({ outcome: 'succeeded', rows: { loaded: 1 } });
  });

  it('does what a job spec and the options say', async () => {
    const path = await file('spec.csv', 'zip;amount\n01234;1,50\n99999;n.n.\n');
    const spec = await file(
      'spec.yaml',
      'types: { amount: double }\nbadValues: null\ncsv: { delimiter: ";" }\ntarget: { connection: demo, project: Finance/Sales, name: By spec }\n',
    );
    const result = await hyperferry(['publish', path, '--spec', spec, '--wait', '--json'], stack.env);
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toMatchObject({
      rows: { read: 2, loaded: 2, rejected: 0 },
      published: { name: 'By spec', projectPath: 'Finance/Sales', action: 'created' },
    });
    const other = await hyperferry(
      [
        'publish',
        path,
        '--spec',
        spec,
        '--name',
        'By option',
        '--bad-values',
        'reject',
        '--delimiter',
        ';',
        '--wait',
        '--json',
      ],
      stack.env,
    );
    expect(JSON.parse(other.stdout)).toMatchObject({
      rows: { read: 2, loaded: 1, rejected: 1 },
      published: { name: 'By option' },
    });
  });

  it('has the workers read the source of a spec only below the folders that they allow', async () => {
    const path = await file('not-allowed.csv', 'a\n1\n');
    const spec = await file(
      'path.yaml',
      `source: { kind: file, path: ${path} }\ntarget: { connection: demo, project: Finance/Sales, name: By path }\n`,
    );
    const result = await hyperferry(['publish', '--spec', spec, '--wait', '--json'], stack.env);
    expect(printedError(result).code).toBe('SOURCE_NOT_ALLOWED');
    const none = await hyperferry(['publish', '--project', 'P', '--name', 'N', '--json'], stack.env);
    expect(printedError(none).code).toBe('USAGE_INVALID');
  });

  it('publishes a header without rows only when that is allowed', async () => {
    const path = await file('header.csv', 'a,b\n');
    expect(printedError(await publish(path, '--name', 'Header'))).toMatchObject({ code: 'SOURCE_NO_ROWS' });
    const allowed = await publish(path, '--name', 'Header', '--allow-empty');
    expect(JSON.parse(allowed.stdout)).toMatchObject({ rows: { read: 0, loaded: 0 } });
  });
});

describe('publish refuses', () => {
  it.each([
    ['a missing file', () => join(files, 'none.csv'), 'SOURCE_NOT_FOUND', 3],
    ['a directory', () => files, 'SOURCE_NOT_A_FILE', 3],
    ['an empty file', () => file('empty.csv', ''), 'SOURCE_EMPTY', 3],
    [
      'binary noise',
      () => file('noise.csv', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256))),
      'SOURCE_BINARY',
      3,
    ],
  ])('%s', async (_what, path, code, exit) => {
    const result = await publish(await path(), '--name', 'Bad');
    expect(printedError(result).code).toBe(code);
    expect(result.code).toBe(exit);
  });

  it('an unknown column, and says which there are', async () => {
    const path = await file('unknown-column.csv', 'amount,day\n1,2\n');
    const result = await publish(path, '--name', 'Bad', '--columns', 'amuont');
    expect(printedError(result)).toMatchObject({
      code: 'COLUMN_UNKNOWN',
      message: expect.stringContaining('amount') as string,
    });
    expect(result.code).toBe(3);
  });

  it('an unknown project, and says which there are', async () => {
    const path = await file('unknown-project.csv', 'a\n1\n');
    const result = await publish(path, '--name', 'Bad', '--project', 'Finance/Salse');
    expect(printedError(result)).toMatchObject({
      code: 'TABLEAU_PROJECT_UNKNOWN',
      message: expect.stringContaining('Finance/Sales') as string,
    });
    expect(result.code).toBe(5);
    expect(await boardText()).toContain('TABLEAU_PROJECT_UNKNOWN');
  });

  it('an existing name with create', async () => {
    const path = await file('exists.csv', 'a\n1\n');
    expect((await publish(path, '--name', 'Exists', '--mode', 'create')).code).toBe(0);
    const result = await publish(path, '--name', 'Exists', '--mode', 'create');
    expect(printedError(result).code).toBe('TABLEAU_DATASOURCE_EXISTS');
    expect(result.code).toBe(5);
  });

  it('a server that is not there, without telling the secret', async () => {
    const path = await file('unreachable.csv', 'a\n1\n');
    const result = await publish(path, '--name', 'Bad', '--connection', 'away');
    expect(printedError(result).code).toBe('TABLEAU_UNREACHABLE');
    expect(result.code).toBe(6);
    expect(result.stdout + result.stderr + (await boardText())).not.toContain('hidden-secret-value');
  });

  it('a wrong personal access token, without telling it', async () => {
    const path = await file('wrong-token.csv', 'a\n1\n');
    const result = await publish(path, '--name', 'Bad', '--connection', 'wrong');
    expect(printedError(result).code).toBe('TABLEAU_SIGN_IN_DENIED');
    expect(result.code).toBe(5);
    expect(result.stdout + result.stderr + (await boardText())).not.toContain('hidden-secret-value');
  });

  it('a connection that nobody knows, and says which are known and what to set', async () => {
    const path = await file('connection.csv', 'a\n1\n');
    const result = await publish(path, '--name', 'Bad', '--connection', 'none-such');
    expect(printedError(result)).toMatchObject({
      code: 'CONNECTION_UNKNOWN',
      message: expect.stringMatching(/"none-such"; known: .*demo/) as string,
      next: expect.stringContaining('HYPERFERRY_CONNECTION_<NAME>_URL') as string,
    });
  });

  it('a wrong use, with exit status 2', async () => {
    expect((await hyperferry(['publish'], stack.env)).code).toBe(2);
    expect((await publish(await file('mode.csv', 'a\n1\n'), '--name', 'Bad', '--mode', 'upsert')).code).toBe(2);
    expect((await publish(await file('type.csv', 'a\n1\n'), '--name', 'Bad', '--types', 'a=zipcode')).code).toBe(2);
  });

  it('to wait for a queue that does not run, and says what to type', async () => {
    const path = await file('noqueue.csv', 'a\n1\n');
    const result = await hyperferry(
      ['publish', path, '--project', 'P', '--name', 'N', '--connection', 'demo', '--json'],
      { ...stack.env, HYPERFERRY_DATA: join(stack.folder, 'other-data') },
    );
    expect(printedError(result)).toMatchObject({
      code: 'QUEUE_NOT_RUNNING',
      next: expect.stringContaining('hyperferry-worker') as string,
    });
    expect(result.code).toBe(7);
  });
});

it('leaves no temporary file of a stage behind, whether it ended well or not', async () => {
  const temporary = await readdir(String(stack.env.TMPDIR));
  const scratch = temporary.filter((name) => name.startsWith('hf-worker-'));
  expect(scratch).toHaveLength(1);
  expect(await readdir(join(String(stack.env.TMPDIR), String(scratch[0])))).toEqual([]);
});
