import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

type Given = Partial<ExtractSpecCore>;

/** A file of some columns, each with its cells again and again; long ones are looked at only at their beginning first. */
function table(columns: Readonly<Record<string, readonly string[]>>, delimiter: string, count: number): string {
  const names = ['id', ...Object.keys(columns), 'note'];
  const lines = Array.from({ length: count }, (_, row) =>
    [row + 1, ...Object.values(columns).map((cells) => cells[row % cells.length]), `note ${'x'.repeat(60)}`].join(
      delimiter,
    ),
  );
  return `${[names.join(delimiter), ...lines].join('\n')}\n`;
}

describe.each([
  ['a short file', 12],
  ['a long file', 20_004],
])('what reads two ways, in %s', (_, count) => {
  let loader: Loader;

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  async function load(columns: Readonly<Record<string, readonly string[]>>, delimiter: string, given: Given = {}) {
    const loaded = await loader.load(table(columns, delimiter, count), given);
    expect(loaded.rows.read).toBe(count);
    return {
      ...loaded,
      first: (loaded.cells.at(0) ?? []).slice(1, -1).map(String),
      column: loaded.profile.columns.at(1)!,
    };
  }

  it.each<[string, Record<string, string[]>, string, string, string, string | RegExp, Given?]>([
    ['decimal commas', { a: ['1.234', '5'], b: ['12,50'] }, ';', 'bigint', '1234', 'with a decimal comma, as in "b"'],
    [
      'decimal commas, in a tab file',
      { a: ['1.234', '5'], b: ['12,50'] },
      '\t',
      'bigint',
      '1234',
      'with a decimal comma, as in "b"',
    ],
    ['decimal points', { a: ['1,234', '5'], b: ['12.50'] }, ';', 'bigint', '1234', 'with a decimal point, as in "b"'],
    ['days first', { a: ['01/02/2024'], b: ['13/02/2024'] }, ',', 'date', '2024-02-01', 'day before month, as in "b"'],
    [
      'days first in timestamps',
      { a: ['01/02/2024'], b: ['13-02-2024 01:02'] },
      ',',
      'date',
      '2024-02-01',
      'day before month, as in "b"',
    ],
    [
      'months first',
      { a: ['01/02/2024'], b: ['02/13/2024'] },
      ';',
      'date',
      '2024-01-02',
      'month before day, as in "b"',
    ],
    [
      'the spec, for the file',
      { a: ['01/02/2024'] },
      ',',
      'date',
      '2024-02-01',
      'day before month, as stated',
      { dateOrder: 'dmy' },
    ],
    [
      'the spec, for the column',
      { a: ['01/02/2024'], b: ['02/13/2024'] },
      ',',
      'date',
      '2024-02-01',
      'day before month, as stated',
      { dateOrder: { a: 'dmy' } },
    ],
    [
      'the spec, with a type',
      { a: ['01.02.2024'] },
      ',',
      'date',
      '2024-01-02',
      'month before day, as stated',
      { dateOrder: 'mdy', types: { a: 'date' } },
    ],
    [
      'the spec, of a decimal point',
      { a: ['1,234', '5'] },
      ';',
      'bigint',
      '1234',
      'with a decimal point, as stated',
      { decimal: '.' },
    ],
    [
      'the spec, of a decimal comma in a column',
      { a: ['1.234', '5'], b: ['1.5'] },
      ';',
      'bigint',
      '1234',
      'with a decimal comma, as stated',
      { decimal: { a: ',' } },
    ],
    [
      'the file, for a given type',
      { a: ['1.234', '5'], b: ['12,50'] },
      ';',
      'numeric(18,2)',
      '1234.00',
      'with a decimal comma, as in "b"',
      { types: { a: 'numeric(18,2)' } },
    ],
  ])('is settled without a warning by %s', async (_case, columns, delimiter, type, value, reason, given = {}) => {
    const { column, first, warnings, rows } = await load(columns, delimiter, given);
    expect(column.type).toBe(type);
    expect(first[0]).toBe(value);
    expect(column.reason).toContain(reason);
    expect(warnings).toEqual([]);
    expect(rows.loaded).toBe(count);
  });

  it.each<[string, Record<string, string[]>, string, string, string, RegExp, Given?]>([
    [
      'days and months are proved against each other',
      { a: ['01/02/2024'], b: ['13/02/2024'], c: ['02/13/2024'] },
      ',',
      'date',
      '2024-01-02',
      /month\/day\/year dates are assumed.*--date-order/,
    ],
    [
      'points and commas are proved against each other',
      { a: ['1.234'], b: ['1,5'], c: ['2.5'] },
      ';',
      'numeric(18,3)',
      '1.234',
      /may be a thousand; little more than one.*--decimal/,
    ],
    ['nothing proves anything, in a tab file', { a: ['1.234'] }, '\t', 'numeric(18,3)', '1.234', /may be a thousand/],
    ['semicolons speak for days first', { a: ['01/02/2024'] }, ';', 'date', '2024-02-01', /day\/month\/year dates are/],
    [
      'a date is given',
      { a: ['01.02.2024'] },
      ',',
      'date',
      '2024-02-01',
      /day\/month\/year dates are assumed/,
      { types: { a: 'date' } },
    ],
    [
      'a number is given',
      { a: ['1,234'] },
      ';',
      'numeric(18,3)',
      '1.234',
      /1,234 may be a thousand/,
      { types: { a: 'numeric(18,3)' } },
    ],
  ])('is assumed with a warning where %s', async (_case, columns, delimiter, type, value, warning, given = {}) => {
    const { column, first, warnings } = await load(columns, delimiter, given);
    expect(column.type).toBe(type);
    expect(first[0]).toBe(value);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('is strict where the spec names the column: what does not fit is not read otherwise', async () => {
    const a = ['01/02/2024', '02/13/2024'];
    const inferred = await load({ a }, ',', { dateOrder: { a: 'dmy' } });
    expect(inferred.column.type).toBe('text');
    const given = await load({ a }, ',', { dateOrder: { a: 'dmy' }, types: { a: 'date' } });
    expect(given.rows.rejected).toBe(count / 2);
  });

  it('must be of columns that are there', async () => {
    for (const given of [{ dateOrder: { x: 'dmy' } }, { decimal: { x: ',' } }] satisfies Given[])
      await expect(load({ a: ['1'] }, ',', given)).rejects.toMatchObject({ code: 'COLUMN_UNKNOWN' });
  });
});

describe('a proof that comes late in a long file', () => {
  it('decides all the same', async () => {
    await using loader = await startLoader();
    const lines = table({ a: ['01/02/2024'], b: ['03/04/2024'] }, ',', 20_000);
    const late = lines.replace(/\n20000,01\/02\/2024,03\/04\/2024/, '\n20000,01/02/2024,13/04/2024');
    const { cells, profile, warnings } = await loader.load(late);
    expect(cells.at(0)?.slice(1, 3)).toEqual(['2024-02-01', '2024-04-03']);
    expect(profile.columns.at(1)?.reason).toContain('day before month, as in "b"');
    expect(warnings).toEqual([]);
  });

  it('of the column itself, whose type is given', async () => {
    await using loader = await startLoader();
    const lines = table({ a: ['01/02/2024'] }, ',', 20_000);
    const late = lines.replace(/\n20000,01\/02\/2024/, '\n20000,13/02/2024');
    const { cells, rows, warnings } = await loader.load(late, { types: { a: 'date' } });
    expect(cells.at(0)?.[1]).toBe('2024-02-01');
    expect(rows.loaded).toBe(20_000);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['codes', '1.5', '01.10'],
    ['numbers that were dialled', '1 234 567', '+34 612 345 678'],
    ['codes between commas', '"1,5"', '"01,10"'],
    ['an identifier of zeros', '20240131', '00000017'],
  ])('keeps %s text', async (_, usual, late) => {
    await using loader = await startLoader();
    const content = table({ a: [usual] }, ',', 20_000).replace(`\n20000,${usual}`, `\n20000,${late}`);
    expect((await loader.load(content)).types[1]).toBe('text');
  });

  it('leaves dates what they are where a zero date comes late', async () => {
    await using loader = await startLoader();
    const content = table({ a: ['20240131'], b: ['2024-01-31'] }, ',', 20_000);
    const late = content.replace('\n20000,20240131,2024-01-31', '\n20000,00000000,0000-00-00');
    const { types, cells, rows, warnings } = await loader.load(late);
    expect(types.slice(1, 3)).toEqual(['date', 'date']);
    expect(cells.at(-1)?.slice(1, 3)).toEqual([null, null]);
    expect(rows.loaded).toBe(20_000);
    expect(warnings).toEqual([expect.stringContaining('zero dates'), expect.stringContaining('zero dates')]);
  });
});
