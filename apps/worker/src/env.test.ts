import { expect, test } from 'vitest';

import { readSettings } from './env.ts';

const floors = (disk: string, memory: string) =>
  readSettings({ HYPERFERRY_MIN_FREE_DISK: disk, HYPERFERRY_MIN_FREE_MEMORY: memory }).floors;

test('by default 1 GB of disk and 256 MB of memory must be free', () => {
  expect(readSettings({}).floors).toEqual({ diskBytes: 1024 ** 3, memoryBytes: 256 * 1024 ** 2 });
});

test('sizes are bytes, or have k, m or g behind them; 0 switches off', () => {
  expect(floors('500m', '2G')).toEqual({ diskBytes: 500 * 1024 ** 2, memoryBytes: 2 * 1024 ** 3 });
  expect(floors('0', '7k')).toEqual({ diskBytes: 0, memoryBytes: 7 * 1024 });
  expect(floors('123', '0')).toEqual({ diskBytes: 123, memoryBytes: 0 });
});

test.each(['1.5g', 'much', '-1', '2 g', '1t'])('%s is no size', (text) => {
  expect(() => floors(text, '1g')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', details: { variables: ['HYPERFERRY_MIN_FREE_DISK'] } }),
  );
});

test('by default a stage may take two hours, a run a day, and no stage is limited for all workers together', () => {
  const { deadlines, globalConcurrency } = readSettings({});
  expect(deadlines).toEqual({ parseMs: 7_200_000, extractMs: 7_200_000, publishMs: 7_200_000, runMs: 86_400_000 });
  expect(globalConcurrency).toEqual({});
});

test('a deadline of 0 is none; limits for all workers are per stage', () => {
  const { deadlines, globalConcurrency } = readSettings({
    HYPERFERRY_PARSE_DEADLINE_SECONDS: '0',
    HYPERFERRY_RUN_DEADLINE_SECONDS: '60',
    HYPERFERRY_GLOBAL_PUBLISH_CONCURRENCY: '8',
  });
  expect(deadlines).toEqual({ extractMs: 7_200_000, publishMs: 7_200_000, runMs: 60_000 });
  expect(globalConcurrency).toEqual({ publish: 8 });
});
