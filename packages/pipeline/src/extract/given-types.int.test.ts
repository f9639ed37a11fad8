import { type ColumnType, simpleColumnTypes } from '@hyperferry/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { humanColumns } from '../typing/human-values.test-kit.ts';
import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

const types: readonly ColumnType[] = [...simpleColumnTypes, 'numeric(18,2)', 'numeric(4,1)', 'numeric(38,4)'];

const LONG = 20_000;

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A file whose second column has these cells, again and again. */
function file(cells: readonly string[], count: number): string {
  const line = (_: unknown, row: number): string =>
    `${row + 1}|${quote(cells.at(row % cells.length) ?? '')}|note ${'x'.repeat(60)}\n`;
  return `id|value|note\n${Array.from({ length: count }, line).join('')}`;
}

describe('a given type', () => {
  let loader: Loader;

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  async function load(
    type: ColumnType,
    cells: readonly string[],
    count = cells.length,
    given: Partial<ExtractSpecCore> = {},
  ) {
    const {
      rows,
      cells: found,
      profile,
      rejects,
      warnings,
    } = await loader.load(file(cells, count), {
      types: { value: type },
      ...given,
    });
    const column = profile.columns.at(1)!;
    expect(column.type).toBe(type);
    expect(rows.read).toBe(count);
    return { rows, values: found.map((row) => row[1]), column, rejects, warnings };
  }

  it.each(types)('takes any column of values as people write them, or sets rows aside: %s', async (type) => {
    const width = Math.max(...humanColumns.map(({ cells }) => cells.length));
    const lines = Array.from({ length: width }, (_, row) =>
      [String(row), ...humanColumns.map(({ cells }) => quote(cells.at(row % cells.length) ?? ''))].join('|'),
    );
    const content = `${['row', ...humanColumns.map(({ name }) => quote(name))].join('|')}\n${lines.join('\n')}\n`;
    const given = Object.fromEntries(humanColumns.map(({ name }) => [name, type]));
    const { rows, types: found } = await loader.load(content, { types: given, badValues: 'null' });
    expect(rows).toEqual({ read: width, loaded: width, rejected: 0, filtered: 0 });
    expect(new Set(found.slice(1))).toEqual(new Set([type]));
  });

  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['words', ['a', 'b', '']],
    ['nothing', ['', '']],
    ['words for no value', ['NA', '-']],
    ['whole numbers', ['1', '-40000', '3000000000', '007']],
    ['long numbers', ['12345678901234567890', '9223372036854775807', '-9223372036854775808', '9223372036854775808']],
    ['decimals', ['1.5', '.5', '2.', '1.235', '1.2300', '01.10', '123456.7']],
    ['decimal commas', ['1,5', '1.234,567', '01,10', '12,00']],
    ['exponents', ['1e5', '1.5e-3', '2.0']],
    ['amounts', ['$5', '$1,234.567', '($7.25)', '$-']],
    ['percentages', ['5%', '12.55 %', '(1234.5%)']],
    ['dates', ['2024-01-02', '2024-02-30', '2024-01-03 00:00:00', '20240104']],
    ['timestamps', ['2024-01-02 03:04:05', '2024-01-02T03:04Z', '13/02/2024 1:02 PM']],
    ['yes and no', ['yes', 'nein', '1', '0', '2', 'T']],
    ['times', ['01:02', '13:00 PM', '1:02 p. m.']],
  ];

  it.each(types.flatMap((type) => kinds.map(([name, cells]) => [type, name, cells] as const)))(
    'accounts for every row: %s of %s',
    async (type, _, cells) => {
      const { rows, column } = await load(type, [...cells, ...cells]);
      expect(column.rejects).toBe(rows.rejected);
    },
  );

  it.each<[ColumnType, string, [string, string, string]]>([
    ['numeric(18,2)', 'too fine', ['1.25', '1.50', '1.235']],
    ['smallint', 'too large', ['1', '2', '40000']],
    ['bigint', 'no whole number', ['1', '2', '1.5']],
    ['date', 'a word', ['2024-01-02', '2024-01-03', 'word']],
    ['boolean', 'neither', ['1', '0', '2']],
  ])('in a long file, sets aside a few rows of %s: %s', async (type, _, [first, second, bad]) => {
    const cells = Array.from({ length: LONG }, (_cell, row) => (row % 2 === 0 ? first : second));
    const late = [...cells.slice(0, -2), bad, first];
    const { rows, column, rejects } = await load(type, late);
    expect(rows).toMatchObject({ loaded: LONG - 1, rejected: 1 });
    expect(column.rejects).toBe(1);
    expect(rejects).toContain(`${LONG},${LONG - 1},value,${bad},`);
    expect(rejects).toContain(`value is not of type ${type}`);
    const often = await load(type, [first, second, bad], LONG);
    expect(often.rows.rejected).toBe(Math.floor(LONG / 3));
  });

  it.each([60, LONG])('boolean takes 0 and 1, and the words of all languages, in %i rows', async (count) => {
    const bits = await load('boolean', ['1', '0'], count);
    expect(bits.values.slice(0, 2)).toEqual([true, false]);
    expect(bits.rows.rejected).toBe(0);
    const mixed = await load('boolean', ['ja', 'no', '1', 'T', 'F', 'n', 'Sí', '0'], count);
    expect(mixed.values.slice(0, 8)).toEqual([true, false, true, true, false, false, true, false]);
  });

  it.each([60, LONG])('date takes timestamps at midnight, in %i rows', async (count) => {
    const cells = ['2024-02-03 00:00:00', '2024-02-04', '2024-02-05T00:00:00.000'];
    const { values, rows } = await load('date', cells, count);
    expect(values.slice(0, 3)).toEqual(['2024-02-03', '2024-02-04', '2024-02-05']);
    expect(rows.rejected).toBe(0);
    const others = await load('date', ['13/02/2024 12:00:00 AM', '3/2/2024 0:00', '3/2/2024'], count);
    expect(others.values.slice(0, 3)).toEqual(['2024-02-13', '2024-02-03', '2024-02-03']);
    expect((await load('date', ['2024-02-03 00:00:00', '2024-02-03 00:00:01'], count)).rows.rejected).toBe(count / 2);
  });

  it.each([60, LONG])('date and timestamp take several forms at once, in %i rows', async (count) => {
    const dates = await load('date', ['2024-01-31', '31 Jan 2024', '20240131', '31.01.2024'], count);
    expect(new Set(dates.values)).toEqual(new Set(['2024-01-31']));
    expect(dates.rows.rejected).toBe(0);
    const moments = ['2024-01-31T13:45:00Z', '2024-01-31 13:45:00', 'Wed, 31 Jan 2024 13:45:00 GMT'];
    const { rows, values } = await load('timestamptz', moments, count);
    expect(rows.rejected).toBe(0);
    expect(new Set(values.map(String)).size).toBe(1);
  });

  it('is never rounded to: more decimals than it has keep a row out, zeros behind them do not', async () => {
    const { values, rows, rejects } = await load('numeric(18,2)', ['1.235', '1.2300', '-7', '1.23']);
    expect(values).toEqual(['1.23', '-7.00', '1.23']);
    expect(rows.rejected).toBe(1);
    expect(rejects).toContain('2,1,value,1.235,"value is not of type numeric(18,2)"');
  });

  it('has nothing to take in an empty column beside a bad value', async () => {
    const content = 'id,value,n\n1,,5\n2,,x\n3,,6\n';
    for (const type of types) {
      const { rows } = await loader.load(content, { types: { value: type, n: 'bigint' } });
      expect(rows).toMatchObject({ loaded: 2, rejected: 1 });
    }
  });
});
