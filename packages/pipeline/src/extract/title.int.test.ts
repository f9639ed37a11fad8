import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

describe('a title above the table', () => {
  let loader: Loader;

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  const rowsOf = (count: number): string =>
    Array.from({ length: count }, (_, index) => `${index},2024-01-02\n`).join('');

  it.each([
    ['two columns', `Report of March\n\nid,day\n${rowsOf(3)}`, 3],
    ['two columns, a long file', `Report of March\n\nid,day\n${rowsOf(90_000)}`, 90_000],
    ['one column', 'Report of March\n\nid\n1\n2\n3\n', 3],
    ['three columns', 'Report of March\nid,day,n\n1,2024-01-02,1\n2,2024-01-02,1\n3,2024-01-02,1\n', 3],
  ])('is left out, and said: %s', async (_, content, count) => {
    const { rows, types, warnings } = await loader.load(content);
    expect(rows).toEqual({ read: count, loaded: count, rejected: 0, filtered: 0 });
    expect(types[0]).toBe('bigint');
    expect(warnings).toEqual([expect.stringMatching(/^the first record stands above the table .*"Report of March"/)]);
  });

  it('is not left out when the spec says so', async () => {
    const content = `Report of March\n\nid,day\n${rowsOf(3)}`;
    const { rows, warnings } = await loader.load(content, { csv: { skipRows: 0, headerRows: 0 } });
    expect(rows).toEqual({ read: 5, loaded: 4, rejected: 1, filtered: 0 });
    expect(warnings).toEqual([]);
  });
});
