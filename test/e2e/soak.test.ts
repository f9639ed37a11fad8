import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import type { SoakResult } from '../soak/run-soak.ts';
import { run } from './command.ts';

const root = join(import.meta.dirname, '../..');

it('the books balance after a short soak with killed and frozen workers, killed producers, a killed Redis and a bad network', async () => {
  const program = ['--conditions=hyperferry-source', '--import', 'tsx', join(root, 'test/soak/main.ts')];
  const args = [...program, '--runs', '40', '--minutes', '4', '--seed', '7'];
  const result = await run(process.execPath, args, process.env, { cwd: root });
  const line = result.stdout.trim().split('\n').at(-1) ?? '';
  expect(line, result.stderr).toMatch(/^\{/);
  const counts = JSON.parse(line) as SoakResult;
  expect(counts, result.stderr).toMatchObject({
    runs: 40,
    held: 0,
    paused: 0,
    lost: 0,
    doubledRows: 0,
    overlaps: 0,
    overtaken: 0,
    orphans: 0,
    crashes: 0,
  });
  expect(counts.succeeded + counts.failed + counts.superseded + counts.cancelled).toBe(40);
  expect(counts.kills).toBeGreaterThanOrEqual(3);
  expect(counts.restarts).toBeGreaterThanOrEqual(1);
  expect(counts.producerKills).toBeGreaterThanOrEqual(1);
  expect(counts.pauses).toBeGreaterThanOrEqual(1);
  expect(counts.rescues).toBeGreaterThanOrEqual(1);
  expect(result.code).toBe(0);
  const page = await readFile(join(root, 'docs/operations.md'), 'utf8');
  const table = page.slice(page.indexOf('| field | must be |'));
  const described = [...table.matchAll(/`(\w+)`/g)].map((match) => match[1]);
  expect(Object.keys(counts).filter((field) => field !== 'seconds' && !described.includes(field))).toEqual([]);
}, 300_000);
