import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

/** Two values of each way to write a column. */
const VALUES: Readonly<Record<string, readonly [string, string]>> = {
  whole: ['1', '-22'],
  signed: ['+3', '44'],
  exact: ['1.50', '-.25'],
  float: ['1.5e3', '2E-3'],
  thousands: ['1,234.5', '12,345,678.25'],
  comma: ['1.234,5', '3,25'],
  spaced: ['1 234,5', '12 345 678,25'],
  percent: ['12.5%', '3 %'],
  money: ['$1,234.50', '-$3.00'],
  euro: ['1.234,50 €', '3,00 €'],
  accounting: ['(1,234.50)', '3.00'],
  truth: ['true', 'false'],
  answer: ['ja', 'nein'],
  letter: ['y', 'n'],
  day: ['2020-01-31', '2021-02-28'],
  slashed: ['31/01/2020', '28/02/2021'],
  dotted: ['31.1.20', '28.2.99'],
  american: ['01/31/2020', '02/28/2021'],
  named: ['31 Jan 2020', '28 February 2021'],
  moment: ['2020-01-31 03:04:05', '2021-02-28T23:59'],
  python: ['2020-01-31 03:04:05,123', '2021-02-28 23:59:00,5'],
  zoned: ['2020-01-31T03:04:05Z', '2021-02-28T23:59:00+02:00'],
  clocked: ['31/01/2020 03:04 PM', '28/02/2021 11:59 am'],
  spoken: ['Jan 31, 2020 03:04', 'Feb 28, 2021 23:59'],
  time: ['03:04', '23:59:59.5'],
  nothing: ['NA', '5'],
};
const names = Object.keys(VALUES);

describe('blanks around values', () => {
  let loader: Loader;
  const load: Loader['load'] = async (content, given) => await loader.load(content, given);

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  type Pad = (cell: string, row: number, column: number) => string;

  /** Rows of all kinds of values. */
  function table(rowCount: number, pad: Pad = (cell) => cell, from = 0): string {
    const rows = Array.from({ length: rowCount }, (_, row) =>
      Object.values(VALUES).map((values, column) => {
        const cell = pad(values[row % 2 === 0 ? 0 : 1], row, column);
        return cell.includes(';') ? `"${cell}"` : cell;
      }),
    );
    return [names, ...rows].map((cells, at) => `${at === 0 ? 'row' : from + at};${cells.join(';')}\n`).join('');
  }

  it('do not change what they are', async () => {
    const plain = await load(table(4));
    expect(plain.types).not.toContain('text');
    const blanks = constantFrom('', '', ' ', '  ', '\t', ' \t ');
    const around = array(blanks, { minLength: 4 * 2 * names.length, maxLength: 4 * 2 * names.length });
    await assert(
      asyncProperty(around, async (all) => {
        const pad: Pad = (cell, row, column) => {
          const at = 2 * (row * names.length + column);
          return `${all[at]}${cell}${all[at + 1]}`;
        };
        const padded = await load(table(4, pad));
        expect(padded.types).toEqual(plain.types);
        expect(padded.cells).toEqual(plain.cells);
        expect(padded.rows).toEqual(plain.rows);
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  it.each([
    ['nothing else', ''],
    ['a row with too few cells', '1;2\n'],
    ['a quote in the middle of a cell', `0;${names.map((name) => (name === 'whole' ? '5" x' : '')).join(';')}\n`],
  ])('do not change what they are far down, beside %s', async (_, other) => {
    const plain = table(5000);
    const padded = table(2, (cell) => `\t${cell} `, 5000).replace(/^.*\n/, '');
    const { rows, types, cells } = await load(plain + other + padded);
    const rejected = other === '' ? 0 : 1;
    expect(rows).toEqual({ read: 5002 + rejected, loaded: 5002, rejected, filtered: 0 });
    expect(types).not.toContain('text');
    const values = (row: number) => cells.at(row)!.slice(1);
    expect([values(-2), values(-1)]).toEqual([values(0), values(1)]);
  });

  it('stay in text, and names of columns lose them', async () => {
    const { cells, profile, types } = await load(' id , name\t, year \n1, Anna , 1992\n2,Ben  , 2021 \n3,\t, 7\n');
    expect(profile.columns.map(({ name }) => name)).toEqual(['id', 'name', 'year']);
    expect(types).toEqual(['bigint', 'text', 'bigint']);
    expect(cells).toEqual([
      [1n, ' Anna ', 1992n],
      [2n, 'Ben  ', 2021n],
      [3n, '\t', 7n],
    ]);
    expect(profile.warnings).toEqual([]);
  });

  it('alone are no value', async () => {
    const { cells, types } = await load('id,n,d\n1,  ,2020-01-01\n2,5,\t\n 3, 7 , \n');
    expect(types).toEqual(['bigint', 'bigint', 'date']);
    expect(cells).toEqual([
      [1n, null, '2020-01-01'],
      [2n, 5n, null],
      [3n, 7n, null],
    ]);
  });

  it.each([
    ['a row of empty cells', ''],
    ['a row of empty cells, and one with too few', '7\n'],
  ])('that are delimiters make %s', async (_, other) => {
    const { rows } = await load(`id\tname\tday\n1\tx\t2020-01-01\n\t\t\n\n${other}2\ty\t2020-01-01\n`);
    const rejected = other === '' ? 0 : 1;
    expect(rows).toEqual({ read: 3 + rejected, loaded: 3, rejected, filtered: 0 });
  });
});
