import { assert, constantFrom, nat, property, stringMatching } from 'fast-check';
import { JS, NFA } from 'refa';
import { describe, expect, it } from 'vitest';

import { cellKinds, fullPattern } from './cell-kinds.ts';
import { classifyCell } from './classify-cell.ts';

describe('classifyCell', () => {
  it.each([
    ['12', 'integer'],
    ['-0', 'integer'],
    ['+5', 'integer'],
    [' 12 ', 'integer'],
    ['00501', 'leading-zero'],
    ['01.10', 'zero-dot'],
    ['+00.', 'zero-dot'],
    ['01,10', 'zero-comma'],
    ['0.10', 'decimal'],
    ['1234567890123456789', 'long-digits'],
    ['+34 612 345 678', 'dialled'],
    ['+34 612', 'space-number'],
    ['+4930123456', 'long-digits'],
    ['1.50', 'decimal'],
    ['.5', 'decimal'],
    ['1e5', 'exponent-code'],
    ['1.5e-3', 'float'],
    ['-1.79769313E+308', 'float'],
    ['1.7976931348623157e308', 'float'],
    ['9.9E+307', 'float'],
    ['5e-315', 'float'],
    ['1,5e+299', 'comma-float'],
    ['TRUE', 'true-word'],
    ['nein', 'false-word'],
    ['NO', 'false-code'],
    ['No', 'false-two'],
    ['JA', 'true-two'],
    ['00000000', 'zero-compact'],
    ['0000-00-00 00:00:00', 'zero-date'],
    ['00.00.0000', 'zero-date'],
    ['1/1/0001 12:00:00 AM', 'zero-date'],
    ['99991231', 'compact-date'],
    ['$1.234', 'dot-3-money-$'],
    ['$0.0042', 'us-money-$'],
    ['#¡VALOR!', 'null-token'],
    [':', 'null-token'],
    ['2020-02-29', 'iso-date'],
    ['2020-01-02T03:04:05.123', 'iso-time'],
    ['2020-01-02 03:04:05,123', 'iso-time-odd'],
    ['2020-01-02T03:04:05.1234567', 'iso-time-odd'],
    ['2020-01-02t03:04:05z', 'iso-zone-odd'],
    ['2020-01-02T03:04:05,123Z', 'iso-zone-odd'],
    ['2020-01-02 03:04:05.9999999 +01:00', 'iso-zone-odd'],
    ['20200102T030405Z', 'basic-zone'],
    ['20200102T0304', 'basic-time'],
    ['2020/01/02 03:04 +01:00', 'ymd-zone'],
    ['31/01/2020 13:45:00 +01:00', 'dmy-zone'],
    ['Fri, 31 Jan 2020 13:45:00 GMT', 'name-dmy-zone'],
    ['23:59:59.9999999', 'time-odd'],
    ['2020-01-02 03:04+02:00', 'iso-zone'],
    ['2020/1/2', 'ymd-slash'],
    ['2020-1-2 3:04 PM', 'ymd-dash-time'],
    ['20200102', 'compact-date'],
    ['20201302', 'integer'],
    ['1:02 p. m.', 'time-odd'],
    ['Mon, 2 Jan 2020', 'name-dmy'],
    [' $-   ', 'int-money-$'],
    ['01/02/2020', 'either-slash'],
    ['13/02/2020', 'dmy-slash'],
    ['02/13/2020 3:04 PM', 'mdy-slash-time'],
    ['01.02.20', 'any-dot'],
    ['01.02.70', 'either-dot'],
    ['31-01-24', 'ends-dash'],
    ['31-02-24', 'ymd-short-dash'],
    ['24/02/30', 'dmy-slash'],
    ['85.01.31', 'ymd-short-dot'],
    ['O', 'letter-o'],
    ['off', 'false-switch'],
    ['n.d.', 'null-token'],
    ['-1.#IND', 'null-token'],
    ['Jan 1 2000', 'name-mdy'],
    ['2. März 2020', 'name-dmy'],
    ['02-JAN-20', 'name-dmy'],
    ['3 de enero de 2020', 'name-dmy'],
    ['23:59:59', 'time'],
    ['n/a', 'null-token'],
    ['', 'null-token'],
    ['-', 'null-token'],
  ])('takes %j for %s', (cell, kind) => {
    expect(classifyCell(cell)).toBe(kind);
  });

  it.each([
    '2020-02-30',
    '31.04.2020',
    '1-2/2020',
    'Jon 1 2000',
    '12a',
    '1.2.3',
    '25:00',
    '13:00 PM',
    '2020/2/30',
    'x-y',
    'x',
    '1e999',
    '-1,5E400',
    '1.7976931348623159e308',
    '1e-400',
  ])('knows no kind for %j', (cell) => {
    expect(classifyCell(cell)).toBe('other');
  });

  it('takes no number with an exponent that a double would make infinite', () => {
    const digits = stringMatching(/^[0-9]{0,12}$/);
    assert(
      property(digits, digits, constantFrom('.', ','), nat(330), (whole, fraction, point, exponent) => {
        const cell = `${whole}${point}${fraction}e${exponent}`;
        const kind = classifyCell(cell);
        if (kind === 'float' || kind === 'comma-float' || kind === 'exponent-code') {
          expect(Number(cell.replace(',', '.'))).toBeLessThan(Infinity);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('tells a missing cell from an empty one', () => {
    expect(classifyCell(null)).toBe('null');
  });
});

it('only dates and times have digits on both sides of a dash, a stroke or a colon: no other kind is tried for such cells', () => {
  const toNfa = (source: string, flags: string) => {
    const { expression, maxCharacter } = JS.Parser.fromLiteral({ source, flags }).parse({ assertions: 'unknown' });
    return NFA.fromRegex(expression, { maxCharacter }, { assertions: 'disable' });
  };
  const firstOfDates = cellKinds.findIndex(({ id }) => id === 'zero-date');
  const fitting = cellKinds.slice(0, firstOfDates).filter((kind) => {
    const flags = kind.ignoreCase === true ? 'iu' : 'u';
    const cells = toNfa(fullPattern(kind).replaceAll(/^\^|\$$/g, ''), flags);
    return !NFA.fromIntersection(toNfa('[^]*[0-9][-/:][0-9][^]*', flags), cells).isEmpty;
  });
  expect(firstOfDates).toBeGreaterThan(100);
  expect(fitting).toEqual([]);
});
