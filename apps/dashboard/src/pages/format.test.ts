import { expect, it } from 'vitest';

import { outsideLink, showAge, showBytes, showCount, showDuration, stateTag, tookOf } from './format.ts';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [65_536, '65.5 kB'],
  [478_000_000, '478 MB'],
  [5e9, '5.0 GB'],
])('shows %d bytes as %s', (bytes, text) => {
  expect(showBytes(bytes)).toBe(text);
});

it.each([
  [-5, '0 ms'],
  [4210, '4.2 s'],
  [60_000, '1 min'],
  [7_800_000, '2 h 10 min'],
  [274_000_000, '3 d 4 h'],
])('shows %d ms as %s', (ms, text) => {
  expect(showDuration(ms)).toBe(text);
});

it.each([
  [900, 'just now'],
  [59_999, '59 s ago'],
  [593_000, '9 min ago'],
  [7_800_000, '2 h ago'],
  [274_000_000, '3 d ago'],
])('shows an age of %d ms as %s', (ms, text) => {
  expect(showAge(ms)).toBe(text);
});

it('shows a count that is not known as a dash', () => {
  expect([showCount(undefined), showCount(42_049)]).toEqual(['–', '42,049']);
});

it('measures a running run until now', () => {
  const startedAt = '2026-01-01T00:00:00.000Z';
  expect(tookOf({ state: 'running', startedAt }, Date.parse(startedAt) + 2000)).toBe('2.0 s');
  expect(tookOf({ state: 'waiting' }, 0)).toBe('–');
});

it('escapes text from elsewhere', async () => {
  expect(String(await stateTag('held', '<script>"&'))).toContain('&lt;script&gt;&quot;&amp;');
});

it('links only to the web', async () => {
  expect(String(await outsideLink('https://tableau.example/#/x', 'open'))).toContain(
    'href="https://tableau.example/#/x"',
  );
  expect(String(await outsideLink('javascript:alert(1)', 'open'))).not.toContain('href');
});
