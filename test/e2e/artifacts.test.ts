import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CommandResult, hyperferry, printedError, run } from './command.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

let stack: DemoStack;
let file: string;

beforeAll(async () => {
  stack = await startDemoStack();
  file = join(stack.folder, 'sales.csv');
  await writeFile(file, 'a,b\n1,x\n2,y\n');
});

afterAll(async () => {
  expect(await stack.stop()).toEqual([]);
});

function publish(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const target = ['--project', 'Finance/Sales', '--name', 'Kept', '--connection', 'demo'];
  return hyperferry(['publish', file, ...target, '--wait', '--json', ...args], { ...stack.env, ...env });
}

async function filesOf(runId: string): Promise<string[]> {
  const folder = join(String(stack.env.HYPERFERRY_DATA), 'artifacts', 'runs', runId);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const small = ['parse/profile.json', 'report.json', expect.stringMatching(/^spec-\w+\.json$/) as string];

describe('artifacts', () => {
  it('of a run that succeeded are only what is shown of it, also when it is submitted once more', async () => {
    expect((await publish(['--key', 'twice'])).code).toBe(0);
    expect(await filesOf('twice')).toEqual(small);
    const again = await publish(['--key', 'twice']);
    expect(JSON.parse(again.stdout)).toMatchObject({ runId: 'twice', outcome: 'succeeded' });
    expect(await filesOf('twice')).toEqual(small);
  });

  it('of a submission whose key belongs to another one are not kept', async () => {
    await publish(['--key', 'taken']);
    expect(printedError(await publish(['--key', 'taken', '--types', 'a=text'])).code).toBe('RUN_CONFLICT');
    const other = await hyperferry(['pause', '--queue', 'runs'], stack.env);
    expect(other.code).toBe(0);
    const waiting = [
      '--project',
      'Finance/Sales',
      '--name',
      'Waits',
      '--connection',
      'demo',
      '--key',
      'waits',
      '--json',
    ];
    await hyperferry(['publish', file, ...waiting], stack.env);
    const before = await filesOf('waits');
    const longer = join(stack.folder, 'longer.csv');
    await writeFile(longer, 'a,b\n1,x\n2,y\n3,z\n');
    const conflict = await hyperferry(['publish', longer, ...waiting], stack.env);
    expect(printedError(conflict).code).toBe('RUN_CONFLICT');
    expect(await filesOf('waits')).toEqual(before);
    await hyperferry(['resume', '--all'], stack.env);
    expect((await hyperferry(['watch', 'waits'], stack.env)).code).toBe(0);
    expect(await filesOf('taken')).toEqual(small);
  });

  it('are refused where the workers would not find them', async () => {
    const result = await publish([], { HYPERFERRY_ARTIFACTS: join(stack.folder, 'elsewhere') });
    expect(result.code).toBe(4);
    expect(printedError(result)).toMatchObject({
      code: 'ARTIFACT_STORE_FOREIGN',
      message: expect.stringContaining(join(String(stack.env.HYPERFERRY_DATA), 'artifacts')) as string,
    });
    expect(await readdir(join(stack.folder, 'elsewhere'))).toEqual([]);
  });
});

describe('a worker is refused', () => {
  const worker = (env: NodeJS.ProcessEnv): Promise<CommandResult> =>
    run(process.execPath, [join(import.meta.dirname, '../../apps/worker/bin/hyperferry-worker.js')], {
      ...stack.env,
      ...env,
    });

  it('on another host, with a store that only its own host can see', async () => {
    const result = await worker({ HYPERFERRY_HOST: 'elsewhere' });
    expect(result.code).toBe(7);
    expect(printedError(result)).toMatchObject({
      code: 'WORKER_REFUSED',
      message: expect.stringContaining('HYPERFERRY_ARTIFACTS') as string,
    });
  });

  it('with another store', async () => {
    const result = await worker({ HYPERFERRY_ARTIFACTS: `file://${join(stack.folder, 'another')}` });
    expect(result.code).toBe(7);
    expect(printedError(result).message).toContain(join(stack.folder, 'another'));
  });

  it('with another time for which runs are kept', async () => {
    const result = await worker({ HYPERFERRY_KEEP_RUNS_DAYS: '3' });
    expect(printedError(result).message).toContain('HYPERFERRY_KEEP_RUNS_DAYS is 3 here, 14');
  });
});
