import { expect, test } from 'vitest';

import { lineKeyOf } from './line-key.ts';

const server = { url: 'https://tableau.example', site: 'main' };
const key = (project: string, name: string, at = server): string => lineKeyOf(at, { project, name });

test('one target has one line, however it is written', () => {
  const lines = [
    key('Finance/Sales', 'Orders'),
    key('finance / SALES', ' orders '),
    key('Finance/Sales', 'Orders', { url: 'https://TABLEAU.example/', site: 'MAIN' }),
  ];
  expect(new Set(lines).size).toBe(1);
});

test('composed and decomposed letters are the same name', () => {
  expect(key('P', 'Über')).toBe(key('P', 'U\u0308ber'));
});

test('site, project, name and a slash inside a name tell lines apart', () => {
  const lines = [
    key('A/B', 'C'),
    key(String.raw`A\/B`, 'C'),
    key('A', 'B/C'),
    key('A/B', 'C', { ...server, site: 'other' }),
    key('A/B', 'C', { ...server, url: 'https://tableau.example/tenant' }),
  ];
  expect(new Set(lines).size).toBe(lines.length);
});
