import { array, assert, asyncProperty, constantFrom, integer, record, tuple } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

describe('a file whose lines end in different ways', () => {
  let loader: Loader;
  const load: Loader['load'] = async (content, given) => await loader.load(content, given);

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  const rowsOf = (count: number): string =>
    Array.from({ length: count }, (_, index) => `${index},name ${index},2020-01-02\n`).join('');

  it('is loaded row by row, however it ends', async () => {
    const ending = constantFrom('\n', '\n', '\n', '\n', '\n', '\n', '\r\n', '\r\n', '\r');
    const row = record({ text: constantFrom('x', 'a longer text', '"quoted, text"', '"two\nlines"', ''), ending });
    await assert(
      asyncProperty(
        array(row, { minLength: 2, maxLength: 30 }),
        constantFrom('', '\n', '\r\n', '\r'),
        async (all, end) => {
          const endings = [...all.slice(0, -1).map((one) => one.ending), end];
          const lines = all.map(({ text }, at) => `${at},${text},${at}.5${endings[at]}`);
          const { rows, cells, types } = await load(`id,text,amount\n${lines.join('')}`);
          expect(rows).toEqual({ read: all.length, loaded: all.length, rejected: 0, filtered: 0 });
          expect([types[0], types[2]]).toEqual(['bigint', 'numeric(18,1)']);
          expect(cells.map(([, , amount]) => amount)).toEqual(all.map((_, at) => `${at}.5`));
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  it('is accounted for when a carriage return stands anywhere', async () => {
    const places = array(tuple(integer({ min: 0, max: 400 }), constantFrom('\r', '\r\n', '\n')), { maxLength: 5 });
    await assert(
      asyncProperty(places, async (inserted) => {
        let text = `id,text,day\n${rowsOf(15)}`;
        for (const [at, mark] of inserted) text = text.slice(0, at) + mark + text.slice(at);
        const { rows } = await load(text);
        expect(rows.read).toBe(rows.loaded + rows.rejected + rows.filtered);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it.each([
    ['\n', '\r'],
    ['\r\n', '\r'],
  ])('of more than a sample, with %j, may end in %j', async (newline, end) => {
    const text = `id,text,day\n${rowsOf(60_000)}`.replaceAll('\n', newline);
    const { rows, types } = await load(`${text}60000,"the last",2020-01-02${end}`);
    expect(rows).toEqual({ read: 60_001, loaded: 60_001, rejected: 0, filtered: 0 });
    expect(types).toEqual(['bigint', 'text', 'date']);
  });

  it('with a carriage return inside of a cell has it there', async () => {
    const { cells } = await load(`id,text,day\n${rowsOf(20)}20,two\rlines,2020-01-02\n21,x,2020-01-02\n`);
    expect(cells[20]).toEqual([20n, 'two\rlines', '2020-01-02']);
    expect(cells).toHaveLength(22);
  });

  it('with a carriage return inside of a cell far down has it there, too', async () => {
    const text = `id,text,day\n${rowsOf(60_000)}60000,two\rlines,2020-01-02\n60001,x,2020-01-02\n`;
    const { rows, cells } = await load(text);
    expect(rows).toEqual({ read: 60_002, loaded: 60_002, rejected: 0, filtered: 0 });
    expect(cells[60_000]).toEqual([60_000n, 'two\rlines', '2020-01-02']);
  });

  it.each([
    ['\n', '\r'],
    ['\r\n', '\r'],
    ['\r', '\n'],
  ])('is loaded row by row where %j becomes %j far down', async (first, second) => {
    const rest = rowsOf(3000).replaceAll('\n', second);
    const { rows, types } = await load(`id,text,day\n${rowsOf(3000)}`.replaceAll('\n', first) + rest);
    expect(rows).toEqual({ read: 6000, loaded: 6000, rejected: 0, filtered: 0 });
    expect(types).toEqual(['bigint', 'text', 'date']);
  });

  it.each([100, 2500])('is read the same with one record too many on line %d', async (line) => {
    const lines = `id,text,day\n${rowsOf(3000)}`.split('\n');
    lines[line] += '\r7,x,2020-01-02\rtoo few,y\r8,z,2020-01-02';
    const { rows, rejects } = await load(lines.join('\n'));
    expect(rows).toEqual({ read: 3003, loaded: 3002, rejected: 1, filtered: 0 });
    expect(rejects).toContain('2 cells instead of 3,too few,y');
  });
});
