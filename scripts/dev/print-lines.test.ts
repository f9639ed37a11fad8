import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { printer } from './print-lines.ts';

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

test('a log line is printed as text under the name of its program', () => {
  printer('worker')('{"level":30,"time":0,"pid":1,"hostname":"h","name":"hyperferry-worker","msg":"started"}');
  expect(printed[0]).toMatch(/^worker {5}\[.*\] INFO: started\n$/s);
});

test('other lines are printed as they are', () => {
  printer('worker')('{"level":', 'ready');
  expect(printed).toEqual(['worker     {"level":\n', 'worker     ready\n']);
});
