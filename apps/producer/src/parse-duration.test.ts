import { expect, it } from 'vitest';

import { parseDuration } from './parse-duration.ts';

it.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h30m', 5_400_000],
])('reads %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', '0s', '10', '1.5h', 'soon', '30m1h', '9999h'])('refuses %j', (text) => {
  expect(() => parseDuration(text)).toThrow('10m');
});
