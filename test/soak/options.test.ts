import { expect, it } from 'vitest';

import { readOptions } from './options.ts';

it('reads any seed, tells of help, and refuses numbers that are none', () => {
  expect(readOptions(['--seed', '0'])).toMatchObject({ runs: 300, minutes: 3, seed: 0 });
  expect(readOptions(['--minutes', '0.5', '--runs', '1'])).toMatchObject({ runs: 1, minutes: 0.5 });
  expect(readOptions(['--help'])).toBe('help');
  for (const args of [['--seed=-1'], ['--runs', '0'], ['--runs', '1.5'], ['--minutes', '0'], ['--seed', '']]) {
    expect(() => readOptions(args)).toThrow(RangeError);
  }
});
