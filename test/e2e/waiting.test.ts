import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Pauses } from '@hyperferry/queue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { datasetPath } from '../../scripts/demo/datasets.ts';
import { type CommandResult, hyperferry, printedError } from './command.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

let stack: DemoStack;
let file: string;

beforeAll(async () => {
  stack = await startDemoStack();
  file = join(stack.folder, 'orders.csv');
  await writeFile(file, 'id,amount\n1,1.50\n2,2.25\n');
});

afterEach(async () => {
  await command('resume', '--all', '--targets');
});

afterAll(async () => {
  expect(await stack.stop()).toEqual([]);
});

function command(...args: string[]): Promise<CommandResult> {
  return hyperferry(args, stack.env);
}

function publish(name: string, ...more: string[]): Promise<CommandResult> {
  return command('publish', file, '--project', 'Finance/Sales', '--name', name, '--connection', 'demo', ...more);
}

async function submit(name: string, ...more: string[]): Promise<string> {
  return (await publish(name, ...more)).stdout.trim();
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('who waits for a run', () => {
  it('is told what it waits for and what to type, and waits no longer than told', async () => {
    await command('pause', '--queue', 'runs');
    const first = await submit('Line', '--mode', 'append');
    const asJson = await publish('Line', '--mode', 'append', '--wait', '--timeout', '4s', '--json');
    expect(asJson.code).toBe(7);
    const [told] = linesOf(asJson.stderr);
    expect(told).toMatchObject({
      event: 'waiting',
      text: `next in line behind run ${first}; queue runs is paused: hyperferry resume --queue runs`,
      reasons: [
        { kind: 'behind', position: 1 },
        { kind: 'queuePaused', queue: 'runs' },
      ],
    });
    expect(printedError(asJson)).toMatchObject({
      code: 'RUN_WAIT_TIMEOUT',
      message: expect.stringMatching(/^run \w+ has not ended within 4 s: next in line behind run/) as string,
    });

    expect((await command('show', first)).stdout).toMatch(
      /^waits +queue runs is paused: hyperferry resume --queue runs$/m,
    );
    const asText = await command('watch', first, '--timeout', '4s');
    expect(asText.code).toBe(7);
    expect(asText.stderr).toContain('waits: queue runs is paused: hyperferry resume --queue runs\n');
    const watched = await command('watch', first, '--timeout', '4s', '--json');
    expect(linesOf(watched.stdout).map(({ event }) => event)).toEqual(['state', 'waiting']);
    expect((await command('publish', file, '--project', 'P', '--name', 'N', '--timeout', '1m')).code).toBe(2);
  });

  it('behind a held run is told which one, and how to go on', async () => {
    const target = ['--mode', 'append', '--on-failure', 'hold'];
    // There is nothing to append to.
    const held = await submit('Not there', ...target);
    expect((await command('watch', held)).code).not.toBe(0);
    const result = await publish('Not there', ...target, '--wait', '--timeout', '3s');
    expect(result.code).toBe(7);
    expect(result.stderr).toContain(
      `waits: next in line behind run ${held}; run ${held} is held: hyperferry release ${held}, or hyperferry skip ${held}\n`,
    );
    expect(result.stderr).toContain('RUN_HELD');
  });
});

describe('a run that supersedes one that waits', () => {
  it('says so, at once and later', async () => {
    await command('pause', '--queue', 'runs');
    const monday = await submit('Superseded');
    const asText = await publish('Superseded');
    const tuesday = asText.stdout.trim();
    expect(asText.stderr).toBe(`supersedes ${monday}, which waited for the same target\n`);
    expect((await command('show', tuesday)).stdout).toMatch(new RegExp(`^supersedes +${monday}$`, 'm'));
    const asJson = JSON.parse((await publish('Superseded', '--json')).stdout) as unknown;
    expect(asJson).toMatchObject({ state: 'waiting', superseded: [tuesday] });
  });
});

describe('pauses', () => {
  it('are listed without a change, and made by who knows no secret of the connection', async () => {
    expect((await command('pauses')).stdout).toBe('nothing is paused\n');
    const ofDemo = Object.keys(stack.env).filter((name) => name.startsWith('HYPERFERRY_CONNECTION_'));
    const env = { ...stack.env, ...Object.fromEntries(ofDemo.map((name) => [name, undefined])) };
    const target = ['--project', 'Finance/Sales', '--name', 'Quiet', '--connection', 'demo'];
    const paused = await hyperferry(['pause', ...target], env);
    expect({ code: paused.code, stderr: paused.stderr }).toEqual({ code: 0, stderr: '' });
    await command('pause', '--queue', 'publish');
    const { stdout } = await command('pauses');
    expect(stdout).toContain('paused  queue publish\npaused  target Finance/Sales/Quiet\n');
    const listed = JSON.parse((await command('pauses', '--json')).stdout) as Pauses;
    expect(listed).toEqual({ queues: ['publish'], targets: [{ project: 'Finance/Sales', name: 'Quiet' }] });
    await command('resume', '--all');
    const runId = await submit('Quiet');
    const waiting = await command('watch', runId, '--timeout', '3s');
    expect(waiting.stderr).toContain(`its target is paused: hyperferry resume --run ${runId}`);
    expect((await hyperferry(['resume', ...target], env)).stdout).toBe('nothing is paused\n');
    expect((await command('watch', runId)).code).toBe(0);
  });
});

describe('progress', () => {
  it('tells rows, bytes, pace and time of each stage', async () => {
    const args = ['--project', 'Finance/Sales', '--name', 'Large', '--connection', 'demo'];
    await command('pause', '--queue', 'runs');
    const runId = (await command('publish', datasetPath('zipcodes.csv'), ...args)).stdout.trim();
    const watching = command('watch', runId, '--json');
    const shown = command('watch', runId);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await command('resume', '--queue', 'runs');
    const events = linesOf((await watching).stdout);
    const extracted = events.find(({ stage, state }) => stage === 'extract' && state === 'done');
    expect(extracted).toMatchObject({ rows: 42_049, elapsedMs: expect.any(Number) as number });
    const published = events.find(({ stage, state }) => stage === 'publish' && state === 'done');
    expect(published).toMatchObject({ bytes: expect.any(Number) as number, elapsedMs: expect.any(Number) as number });
    const paced = events.filter(({ state, bytesPerSecond }) => state === 'done' && Number(bytesPerSecond) > 0);
    expect(paced.length).toBeGreaterThan(0);
    expect((await shown).stderr).toMatch(/^extract: 42,049 rows, .*s$/m);
  });

  it('is shown of a run that is under way', async () => {
    const rules = [{ route: 'fileUploads.append', action: { kind: 'slow', delayMs: 4000 } }];
    const set = (body: unknown): Promise<Response> =>
      fetch(`${stack.adminUrl}/faults`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    await set({ rules });
    const runId = await submit('Slow');
    await expect
      .poll(async () => (await command('show', runId)).stdout, { timeout: 15_000 })
      .toMatch(/^now +(?:extract done, 2 rows|publish \w+|parse done), /m);
    await set({ rules: [] });
    expect((await command('watch', runId)).code).toBe(0);
  });
});
