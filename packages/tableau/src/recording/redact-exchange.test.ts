import { expect, test } from 'vitest';

import type { RawExchange } from './exchange.ts';
import { createExchangeRedactor } from './redact-exchange.ts';

const base: RawExchange = {
  method: 'POST',
  url: new URL(
    'https://t.example.com/api/3.27/sites/11111111-2222-3333-4444-555555555555/datasources?filter=name:eq:Payroll',
  ),
  requestHeaders: { 'X-Tableau-Auth': 'secret-token' },
  requestBody:
    '<tsRequest><credentials personalAccessTokenName="robot" personalAccessTokenSecret="s3cr3t"/></tsRequest>',
  requestBytes: 90,
  status: 200,
  replyType: 'application/json',
  replyText: JSON.stringify({
    credentials: { token: 'abc|def', site: { id: '11111111-2222-3333-4444-555555555555', contentUrl: 'payroll' } },
    pagination: { totalAvailable: '2' },
    projects: {
      project: [1, 2, 3, 4, 5].map((n) => ({ id: `${n}1111111-2222-3333-4444-555555555555`, name: 'Payroll' })),
    },
    datasource: { name: 'hyperferry verify x', updatedAt: '2026-01-01T00:00:00Z', owner: { name: 'anna@example.com' } },
  }),
  ms: 1.4,
};

test('nothing secret and no foreign name is in a recording, whatever the place', () => {
  const redact = createExchangeRedactor((text) => text.startsWith('hyperferry verify'));
  const text = JSON.stringify(redact(base));
  expect(text).not.toMatch(/s3cr3t|robot|abc\|def|secret-token|[Pp]ayroll|anna|11111111-/);
});

test('what proves a protocol stays: shapes, codes, times, our own names, equal ids', () => {
  const redact = createExchangeRedactor((text) => text.startsWith('hyperferry verify'));
  const { reply, path } = redact(base) as { reply: Record<string, Record<string, unknown>>; path: string };
  expect(path).toBe('/api/3.27/sites/<id-1>/datasources');
  expect(reply['credentials']).toMatchObject({ site: { id: '<id-1>' } });
  expect(reply['datasource']).toMatchObject({ name: 'hyperferry verify x', updatedAt: '2026-01-01T00:00:00Z' });
  expect(reply['projects']?.['project']).toHaveLength(4);
});
