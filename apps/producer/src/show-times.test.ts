import { expect, it } from 'vitest';

import { showDuration, showTime } from './show-times.ts';

it.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [4210, '4.2 s'],
  [59_949, '59.9 s'],
  [59_999, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
])('shows %d ms as %s', (ms, text) => {
  expect(showDuration(ms)).toBe(text);
});

it('shows a time in the zone of the machine', () => {
  // The tests run in St John's, three and a half hours behind in winter.
  expect(showTime('2026-11-24T13:05:09.123Z')).toBe('2026-11-24 09:35:09');
});
