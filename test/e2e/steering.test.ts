import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunPage, RunView, Steered, WorkerView } from '@hyperferry/queue';
import type { PublishMode } from '@hyperferry/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { readSettings } from '../../apps/producer/src/env.ts';
import { type OpenedQueue, openQueue } from '../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../apps/producer/src/server-of.ts';
import { submitFile } from '../../apps/producer/src/submit-file.ts';
import { type CommandResult, hyperferry, printedError } from './command.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

// Programs of their own are only the commands under test: each takes half a second to start.
let stack: DemoStack;
let opened: OpenedQueue;
let file: string;
let targets = 0;

beforeAll(async () => {
  stack = await startDemoStack();
  opened = await openQueue(readSettings(stack.env));
  file = join(stack.folder, 'orders.csv');
  await writeFile(file, 'id,amount\n1,1.50\n2,2.25\n');
});

beforeEach(() => faults([]));

afterAll(async () => {
  await opened.close();
  expect(await stack.stop()).toEqual([]);
});

/** Makes the simulator fail at what the rules say. */
async function faults(rules: readonly unknown[]): Promise<void> {
  const response = await fetch(`${stack.adminUrl}/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ rules }),
  });
  expect(response.status).toBe(200);
}

/** The next publish request is refused for good. */
function refuseOnce(): Promise<void> {
  return faults([{ route: 'datasources.publish', count: 1, action: { kind: 'error', code: '403004', status: 403 } }]);
}

function command(...args: string[]): Promise<CommandResult> {
  return hyperferry(args, stack.env);
}

/** What a command printed with `--json`. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await command(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface Wanted {
  readonly mode?: PublishMode;
  readonly onFailure?: 'continue' | 'hold';
}

/** Submits a run for a target, a new one if none is named, and returns its id. */
async function submit(name = `Target ${(targets += 1)}`, { mode = 'createOrOverwrite', onFailure }: Wanted = {}) {
  const target = { connection: 'demo', project: 'Finance/Sales', name, mode };
  const submitted = await submitFile({ path: file, target, server: serverOf('demo', stack.env), onFailure }, opened);
  return submitted.runId;
}

const show = (runId: string): Promise<RunView> => opened.queue.getRun(runId);

/** Waits until the run has ended or is held. */
const ended = (runId: string): Promise<RunView> => opened.queue.waitForRun(runId);

async function heldRun(name?: string): Promise<string> {
  await refuseOnce();
  const runId = await submit(name, { onFailure: 'hold' });
  expect(await ended(runId)).toMatchObject({ state: 'held', error: { code: 'TABLEAU_PERMISSION_DENIED' } });
  return runId;
}

describe('looking', () => {
  it('lists runs newest first, by state and text, page by page', async () => {
    const first = await submit('Listed one');
    const second = await submit('Listed two');
    await ended(first);
    await ended(second);
    const { runs } = await json<RunPage>('runs', '--search', 'listed', '--state', 'succeeded,failed');
    expect(runs.map(({ runId }) => runId)).toEqual([second, first]);
    const page = await json<RunPage>('runs', '--search', 'LISTED', '--limit', '1');
    expect(page.runs).toMatchObject([{ runId: second, report: { rows: { read: 2, loaded: 2 } } }]);
    const next = await json<RunPage>('runs', '--search', 'listed', '--limit', '1', '--cursor', page.cursor ?? '');
    expect(next.runs).toMatchObject([{ runId: first }]);
    expect((await json<RunPage>('runs', '--search', 'listed', '--state', 'held')).runs).toEqual([]);
  });

  it('shows runs as a table and one run as text', async () => {
    const runId = await submit('Shown');
    await ended(runId);
    const table = (await command('runs', '--search', runId)).stdout.split('\n');
    expect(table[0]).toMatch(/^run +state +target +mode +submitted +took +read +loaded +rejected +error$/);
    expect(table[1]).toMatch(new RegExp(`^${runId} +succeeded +Finance/Sales/Shown +createOrOverwrite .* 2 +2 +0$`));
    const { stdout } = await command('show', runId);
    expect(stdout).toContain('2 read = 2 loaded + 0 rejected + 0 filtered');
    expect(stdout).toMatch(/^publish +\d{4}-/m);
  });

  it('follows a run to its end, and ends as the run did', async () => {
    await refuseOnce();
    const runId = await submit();
    const result = await command('watch', runId, '--json');
    expect(result.code).toBe(5);
    expect(printedError(result).code).toBe('TABLEAU_PERMISSION_DENIED');
    const events = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.at(-1)).toMatchObject({ event: 'ended', run: { runId, state: 'failed' } });
    expect((await command('show', runId)).stdout).toContain(`hyperferry retry ${runId}`);
  });

  it('lists the workers and what each may do', async () => {
    const { workers } = await json<{ workers: WorkerView[] }>('workers');
    expect(workers).toMatchObject([{ state: 'running', version: '0.1.0', concurrency: { runs: 100, publish: 4 } }]);
    expect((await command('workers')).stdout).toMatch(/^worker +state +version/);
  });

  it.each([
    [['show', 'NOT-THERE'], 'RUN_UNKNOWN', 7],
    [['watch', 'NOT-THERE'], 'RUN_UNKNOWN', 7],
    [['cancel', 'NOT-THERE'], 'RUN_UNKNOWN', 7],
    [['runs', '--state', 'fialed'], 'USAGE_INVALID', 2],
    [['runs', '--limit', '0'], 'USAGE_INVALID', 2],
    [['pause'], 'USAGE_INVALID', 2],
    [['pause', '--all', '--queue', 'parse'], 'USAGE_INVALID', 2],
    [['resume', '--project', 'Finance'], 'USAGE_INVALID', 2],
    [['resume', '--targets', '--queue', 'parse'], 'USAGE_INVALID', 2],
  ])('refuses %j', async (args, code, exit) => {
    const result = await command(...args, '--json');
    expect(printedError(result).code).toBe(code);
    expect(result.code).toBe(exit);
  });
});

describe('steering', () => {
  it('retries a failed run from the stage that failed', async () => {
    await refuseOnce();
    const runId = await submit();
    const failed = await ended(runId);
    expect(failed.state).toBe('failed');
    expect(await json<Steered>('retry', runId)).toMatchObject({ runId, changed: true });
    const again = await ended(runId);
    expect(again).toMatchObject({ state: 'succeeded', generation: 2 });
    expect(again.report?.stages[0]).toEqual(failed.report?.stages[0]);
  });

  it('does not publish older data over newer without --force', async () => {
    await refuseOnce();
    const older = await submit('Older and newer');
    await ended(older);
    await ended(await submit('Older and newer'));
    expect(printedError(await command('retry', older, '--json')).code).toBe('RUN_OUTDATED');
    expect(await json<Steered>('retry', older, '--force')).toMatchObject({ changed: true });
    expect((await ended(older)).state).toBe('succeeded');
  });

  it('releases a held run before those behind it', async () => {
    const held = await heldRun('Released');
    const behind = await submit('Released', { mode: 'append' });
    expect((await show(behind)).state).toBe('waiting');
    expect((await command('show', held)).stdout).toContain(`hyperferry release ${held}`);
    expect(await json<Steered>('release', held)).toMatchObject({ changed: true });
    expect(await ended(behind)).toMatchObject({ state: 'succeeded', report: { published: { action: 'appended' } } });
    expect((await show(held)).state).toBe('succeeded');
  });

  it('skips a held run, and the line goes on', async () => {
    await ended(await submit('Skipped'));
    const held = await heldRun('Skipped');
    const behind = await submit('Skipped', { mode: 'append' });
    expect(await json<Steered>('skip', held)).toEqual({ runId: held, state: 'failed', changed: true });
    expect((await ended(behind)).state).toBe('succeeded');
    expect(printedError(await command('release', held, '--json')).code).toBe('RUN_STATE_INVALID');
  });

  it('does each of several runs and tells which refused', async () => {
    const held = await heldRun();
    const result = await command('cancel', 'NOT-THERE', held, '--json');
    expect(result.code).toBe(7);
    expect(printedError(result)).toMatchObject({ code: 'RUN_UNKNOWN', runId: 'NOT-THERE' });
    expect(JSON.parse(result.stdout)).toEqual({ runId: held, state: 'cancelled', changed: true });
  });

  it('cancels a run in the middle of a slow upload within seconds', async () => {
    await faults([{ route: 'fileUploads.append', action: { kind: 'slow', delayMs: 20_000 } }]);
    const runId = await submit();
    await expect.poll(async () => (await show(runId)).progress?.stage, { timeout: 10_000 }).toBe('publish');
    const startedAt = performance.now();
    expect(await json<Steered>('cancel', runId)).toMatchObject({ runId });
    expect((await ended(runId)).state).toBe('cancelled');
    // Two seconds, and the start of the command on a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('takes the same key for the same run', async () => {
    const publish = (name: string): Promise<CommandResult> => {
      const target = ['--project', 'Finance/Sales', '--name', name, '--connection', 'demo'];
      return command('publish', file, ...target, '--key', 'orders-2026-11-24', '--json');
    };
    expect(JSON.parse((await publish('Keyed')).stdout)).toMatchObject({ runId: 'orders-2026-11-24' });
    await ended('orders-2026-11-24');
    expect(JSON.parse((await publish('Keyed')).stdout)).toMatchObject({ state: 'succeeded' });
    expect(printedError(await publish('Other')).code).toBe('RUN_CONFLICT');
  });
});

describe('priorities', () => {
  it('begin the urgent one first, of different targets', async () => {
    await command('pause', '--queue', 'runs');
    const publish = async (name: string, ...more: string[]): Promise<string> => {
      const target = ['--project', 'Finance/Sales', '--name', name, '--connection', 'demo'];
      return (await json<{ runId: string }>('publish', file, ...target, ...more)).runId;
    };
    // The worker coordinates many at once: the times at which they began tell.
    const usual = await publish('Usual');
    const last = await publish('Last', '--priority', '900');
    const first = await publish('First', '--priority', '1');
    expect((await show(first)).priority).toBe(1);
    await command('resume', '--queue', 'runs');
    const started = await Promise.all([first, usual, last].map(async (runId) => (await ended(runId)).startedAt ?? ''));
    expect([...started].sort()).toEqual(started);
    for (const wrong of ['0', '1001', 'high']) {
      expect((await command('publish', file, '--project', 'P', '--name', 'N', '--priority', wrong)).code).toBe(2);
    }
  });
});

describe('pausing', () => {
  it('holds back a target, by a run of it or by its name, until it is resumed', async () => {
    const runId = await submit('Paused');
    await ended(runId);
    expect(await json('pause', '--run', runId)).toEqual({
      queues: [],
      targets: [{ project: 'Finance/Sales', name: 'Paused' }],
    });
    const behind = await submit('Paused');
    await ended(await submit());
    expect((await show(behind)).state).toBe('waiting');
    const byName = ['--project', 'finance/sales', '--name', 'PAUSED', '--connection', 'demo'];
    expect(await json('resume', ...byName)).toEqual({ queues: [], targets: [] });
    expect((await ended(behind)).state).toBe('succeeded');
  });

  it('holds back a queue until it is resumed', async () => {
    expect((await command('pause', '--queue', 'extract')).stdout).toBe('paused  queue extract\n');
    const runId = await submit();
    await expect.poll(async () => (await show(runId)).progress?.stage, { timeout: 10_000 }).toBe('parse');
    expect((await show(runId)).state).toBe('running');
    expect((await command('resume', '--all')).stdout).toBe('nothing is paused\n');
    expect((await ended(runId)).state).toBe('succeeded');
  });

  it('resumes all queues, says which targets are still paused, and resumes those as well when told to', async () => {
    const byName = ['--project', 'Finance/Sales', '--name', 'Paused by itself', '--connection', 'demo'];
    await command('pause', ...byName);
    expect((await command('pause', '--all')).stdout).toBe(
      ['runs', 'parse', 'extract', 'publish'].map((queue) => `paused  queue ${queue}\n`).join('') +
        'paused  target Finance/Sales/Paused by itself\n',
    );
    const runId = await submit('Paused by itself');
    const { stdout } = await command('resume', '--all');
    expect(stdout).toContain('still paused  target Finance/Sales/Paused by itself\n');
    expect(stdout).toContain('hyperferry resume --targets');
    await ended(await submit());
    expect((await show(runId)).state).toBe('waiting');
    expect((await command('pause', '--targets')).code).toBe(2);
    expect((await command('resume', '--targets')).stdout).toBe('nothing is paused\n');
    expect((await ended(runId)).state).toBe('succeeded');
  });
});
