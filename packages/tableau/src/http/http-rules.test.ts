import { expect, test } from 'vitest';

import { createRedactor } from './redact.ts';
import { baseUrlOfRedirect, redirectTarget } from './redirect.ts';
import { readRetryAfter, retryDelayMs } from './retry-timing.ts';

const from = new URL('https://online.tableau.com/api/3.27/auth/signin');

test.each([301, 302, 307, 308])('a %i to a pod of the same domain is followed', async (status) => {
  const to = await redirectTarget(from, status, 'https://prod-uk-a.online.tableau.com/api/3.27/auth/signin', 'x');
  expect(to && baseUrlOfRedirect(to)).toBe('https://prod-uk-a.online.tableau.com');
});

test.each(['https://evil.example.com/', 'http://online.tableau.com/', 'https://tableau.com.evil.org/'])(
  'a redirect to %s is refused: it would carry the secrets away',
  async (location) => {
    const follow = redirectTarget(from, 307, location, 'x');
    await expect(follow).rejects.toMatchObject({ code: 'TABLEAU_REDIRECT_REFUSED' });
  },
);

test('companies under one public suffix are not one domain', async () => {
  const follow = redirectTarget(new URL('https://t.acme.co.uk/x'), 302, 'https://t.other.co.uk/x', 'x');
  await expect(follow).rejects.toMatchObject({ code: 'TABLEAU_REDIRECT_REFUSED' });
});

test('http may become https on the same host', async () => {
  const to = await redirectTarget(new URL('http://srv/a'), 301, 'https://srv/a', 'x');
  expect(to?.href).toBe('https://srv/a');
});

test.each([
  ['7', 7_000],
  ['Thu, 01 Jan 1970 00:00:30 GMT', 20_000],
  ['soon', undefined],
  [null, undefined],
])('Retry-After %s', (header, expected) => {
  expect(readRetryAfter(header, 10_000)).toBe(expected);
});

test('throttled calls wait 1, 3, 10, 30, 60 s', () => {
  expect([0, 1, 2, 3, 4, 9].map((retry) => retryDelayMs('throttled', retry, undefined, 0))).toEqual([
    1_000, 3_000, 10_000, 30_000, 60_000, 60_000,
  ]);
});

test('secrets are taken out of texts, known ones and those that look like one', () => {
  const redact = createRedactor(() => ['s3cret|value']);
  expect(redact('x s3cret|value y token="abc|def" password=geheim')).toBe(
    'x [redacted] y token="[redacted]" password=[redacted]',
  );
});
