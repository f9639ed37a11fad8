import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

const HEADER = 'id,first,last,email';
const short = (id: number): string => `${id},Ann,ann${id}@x.com`;
const full = (id: number): string => `${id},Bob,Lee,bob${id}@x.com`;
const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const csv = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

describe('rows that lack a cell', () => {
  let loader: Loader;

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  it.each([
    ['are most of them', 24, 16],
    ['are most of them, and a full one comes late', 3000, 1],
  ])('are rejected where they %s', async (_, shortRows, fullRows) => {
    const content = csv(...ids(shortRows).map(short), ...ids(fullRows).map((id) => full(shortRows + id)));
    const { rows, cells, rejects } = await loader.load(content);
    expect(rows).toEqual({ read: shortRows + fullRows, loaded: fullRows, rejected: shortRows, filtered: 0 });
    expect(cells[0]).toEqual([BigInt(shortRows + 1), 'Bob', 'Lee', `bob${shortRows + 1}@x.com`]);
    expect(rejects).toContain('2,1,"","",3 cells instead of 4,1,Ann,ann1@x.com');
    await expect(loader.load(content, { ragged: 'fail' })).rejects.toMatchObject({
      code: 'CSV_ROW_RAGGED',
      details: { line: 2 },
    });
    const padded = await loader.load(content, { ragged: 'pad' });
    expect(padded.rows.loaded).toBe(shortRows + fullRows);
  });

  it.each([
    ['a short', 40],
    ['a long', 3000],
  ])('are filled up and said where all rows of %s file have as few', async (_, count) => {
    const { rows, cells, warnings } = await loader.load(csv(...ids(count).map(short)));
    expect(rows).toMatchObject({ loaded: count, rejected: 0 });
    expect(cells[0]).toEqual([1n, 'Ann', 'ann1@x.com', null]);
    expect(warnings).toEqual([
      'the header names 4 columns, but no row has more than 3: the last one, "email", is empty; look whether the cells stand in their columns',
    ]);
  });

  it('are never filled up where they are to be rejected, nor said where they are to be filled up', async () => {
    const content = csv(...ids(40).map(short));
    expect((await loader.load(content, { ragged: 'reject' })).rows).toMatchObject({ loaded: 0, rejected: 40 });
    await expect(loader.load(content, { ragged: 'fail' })).rejects.toMatchObject({ code: 'CSV_ROW_RAGGED' });
    expect(await loader.load(content, { ragged: 'pad' })).toMatchObject({ warnings: [], rows: { loaded: 40 } });
  });

  it('leave their types to those that are whole', async () => {
    const content = 'id,qty,price,day\n1,5,2024-01-05\n2,6,2024-01-06\n3,7,2.50,2024-01-07\n';
    const { types, cells } = await loader.load(content);
    expect(types).toEqual(['bigint', 'bigint', 'numeric(18,2)', 'date']);
    expect(cells).toHaveLength(1);
  });
});
