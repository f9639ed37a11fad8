import { describe, expect, it } from 'vitest';

import { countColumn } from './column-counts.ts';
import { decideColumn, type DecideOptions } from './decide-column.ts';

function decide(cells: readonly (string | null)[], options: Partial<DecideOptions> = {}) {
  const counts = countColumn(
    cells.map((cell) => [cell]),
    0,
  );
  const { hasShortYears, looksYearFirst } = counts;
  const given = { tolerance: 0.001, hasShortYears, looksYearFirst, ...options };
  const { type, reason, nulls, bad, warning } = decideColumn(counts, given);
  return { type, reason, nulls, bad, warning };
}

const repeated = (cell: string, count: number): string[] => Array.from({ length: count }, () => cell);

describe('decideColumn', () => {
  it.each<[string, readonly (string | null)[], string, string]>([
    [
      'numbers',
      ['1', '2.50', 'NA', '-', null],
      'numeric(18,2)',
      'all 2 values are numbers, exact with 2 decimals; 2 words for no value',
    ],
    ['one value', ['7', null], 'bigint', 'its one value is of whole numbers'],
    ['no value', [null, null], 'text', 'no cell has a value'],
    ['nothing but words for no value', ['N/A', '-'], 'text', 'text: nothing but 2 words for no value'],
    [
      'zero dates',
      ['2024-01-02', '0000-00-00', '0000-00-00'],
      'date',
      'its one value is of ISO dates; 2 zero dates for no value',
    ],
    [
      'years of two digits',
      ['13/02/24', '13/02/25'],
      'date',
      'all 2 values are day/month/year dates; years of two digits: 70 to 99 are 1970 to 1999, others 2000 to 2069',
    ],
    ['a code', ['NO', 'NO'], 'text', 'text: nothing but NO, or SI, which may be a country as well as an answer'],
    ['words', ['a', 'b'], 'text', 'text: 2 values of no common kind'],
    ['words among numbers', ['1', '2', '3', 'T'], 'text', 'text: 1 of 4 values are not whole numbers'],
    ['leading zeros', ['01', '10'], 'text', 'identifiers: 1 of 2 values begin with a zero'],
    [
      'dates of two orders',
      ['13/02/2024', '02/13/2024', '02/14/2024'],
      'text',
      'text: mixed orders, 1 can only be day/month, 2 only month/day',
    ],
    ['eight digits', ['20240131', '20240229'], 'date', 'all 2 values are dates such as 20240131'],
  ])('says why: %s', (_, cells, type, reason) => {
    expect(decide(cells)).toMatchObject({ type, reason });
  });

  it.each([
    [2000, 2, 'bigint', 'all but 2 of 2,000 values are whole numbers'],
    [2000, 3, 'text', 'text: 3 of 2,000 values are not whole numbers'],
    [999, 1, 'text', 'text: 1 of 999 values are not whole numbers'],
  ])('of %i values, bears %i bad ones or not', (all, bad, type, reason) => {
    const cells = [...repeated('5', all - bad), ...repeated('word', bad)];
    expect(decide(cells)).toMatchObject({ type, reason, bad: type === 'text' ? 0 : bad });
  });

  it.each([
    ['either order', ['01/02/2024'], ',', 'date', /every value fits day\/month and month\/day alike; month\/day\/year/],
    ['either order, dots', ['01.02.2024'], ',', 'date', /alike; day\/month\/year dates are assumed/],
    ['1,234', ['1,234', '5'], ',', 'bigint', /1,234 may be a thousand or .* numbers such as 1,234[.]5 are assumed/],
    ['1,234 between semicolons', ['1,234', '5'], ';', 'numeric(18,3)', /numbers such as 1[.]234,5 are assumed/],
    [
      '1.234 between semicolons',
      ['1.234', '5'],
      ';',
      'numeric(18,3)',
      /may be a thousand; little more than one is assumed/,
    ],
  ])('warns of what is ambiguous: %s', (_, cells, delimiter, type, warning) => {
    const decision = decide(cells, { delimiter });
    expect(decision.type).toBe(type);
    expect(decision.warning).toMatch(warning);
  });

  it.each([
    [['24-01-31', '24-12-30', '24-06-15'], /day.month.year and year.month.day alike; year.month.day dates are assumed/],
    [['24/01/31', '24/12/30', '24/06/15'], /year.month.day dates are assumed/],
    [['31.01.24', '30.12.24', '15.06.24'], /day.month.year and year.month.day alike; day.month.year dates are assumed/],
    [['24-01-05'], /day.month.year, month|alike/],
    [['85-01-31', '24-12-30'], undefined],
    [['31-01-85', '30-12-24'], undefined],
  ])('reads years of two digits in front, and says what else fits: %j', (cells, warning) => {
    const decision = decide(cells);
    expect(decision.type).toBe('date');
    if (warning === undefined) expect(decision.warning).toBeUndefined();
    else expect(decision.warning).toMatch(warning);
  });

  it.each([
    [['9007199254740993', '0.125'], 'numeric(38,3)'],
    [['0.30000000000000004', '123.5'], 'double'],
    [['0.10000000000000001', '1234.5'], 'double'],
    [['-1234567.890123456789', '2.5'], 'numeric(38,12)'],
  ])('loses no digit to a double, and takes what a double has written for one: %j', (cells, type) => {
    expect(decide(cells).type).toBe(type);
  });

  it('takes no side where proofs of the order are as many for one as for the other', () => {
    const cells = [...repeated('01/02/2024', 19_998), '13/02/2024', '02/13/2024'];
    expect(decide(cells)).toMatchObject({ type: 'text', reason: expect.stringMatching('mixed orders') });
    const own = { dateOrder: 'dmy' } as const;
    expect(decide(cells, { own })).toMatchObject({
      type: 'date',
      bad: 1,
      warning: expect.stringMatching('another order'),
    });
    const clear = [...cells, ...repeated('14/02/2024', 20)];
    expect(decide(clear)).toMatchObject({ type: 'date', bad: 1, warning: expect.stringMatching('another order') });
  });

  it('takes no side where proofs of the decimal point are as many for one as for the other', () => {
    const cells = [...repeated('1,234', 19_998), '1.5', '1,5'];
    expect(decide(cells)).toMatchObject({ type: 'text', reason: expect.stringMatching('mixed decimal points') });
    expect(decide([...repeated('12.5', 2000), '1,5'])).toMatchObject({
      bad: 1,
      warning: expect.stringMatching('another decimal point'),
    });
  });

  it.each([
    ['a day past the 12th', ['13/02/2024', '01/02/2024'], ','],
    ['other decimals', ['1,234', '5,5'], ';'],
    ['decimals that commas part from their columns', ['1.234', '5.678'], ','],
  ])('warns of nothing where %s decides', (_, cells, delimiter) => {
    expect(decide(cells, { delimiter }).warning).toBeUndefined();
  });

  it('takes the numbers of a column named as an identifier for text, and nothing but numbers', () => {
    expect(decide(['27215', '27217'], { name: 'zip_code' })).toMatchObject({
      type: 'text',
      reason: 'identifiers: by its name, the column has postal codes',
    });
    expect(decide(['yes', 'no'], { name: 'Phone' }).type).toBe('boolean');
  });
});
