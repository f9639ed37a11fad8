import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { scaledDecimal, scaledNumber } from './parse-decimal.ts';
import { JULIAN_DAY_OF_1970, parseDate, parseInterval, parseTimestamp } from './parse-temporal.ts';

describe('a decimal', () => {
  it('of any size is read exactly, whatever way it is written', () => {
    const scaled = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
    fc.assert(
      fc.property(scaled, fc.integer({ min: 0, max: 20 }), (value, scale) => {
        const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
        const sign = value < 0n ? '-' : '';
        const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
        expect(BigInt(scaledDecimal(sign + text, scale) ?? 'none')).toBe(value);
        expect(BigInt(scaledDecimal(`${sign}${digits}e-${scale}`, scale) ?? 'none')).toBe(value);
      }),
    );
  });

  it('with more digits than the scale is refused, zeros apart', () => {
    expect(scaledDecimal('1.500', 2)).toBe(150n);
    expect(scaledDecimal('1.505', 2)).toBeUndefined();
    expect(scaledNumber(0.1 + 0.2, 2)).toBeUndefined();
  });

  it('given as a number means the shortest text of that number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 0, max: 6 }), (value, scale) => {
        expect(Number(scaledNumber(value / 10 ** scale, scale))).toBe(value);
      }),
    );
  });
});

describe('a date', () => {
  it('is the same day as in JavaScript, in every year that both know', () => {
    const day = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(day, (date) => {
        expect(parseDate(date.toISOString().slice(0, 10))).toBe(
          Math.floor(date.getTime() / 86_400_000) + JULIAN_DAY_OF_1970,
        );
      }),
    );
  });

  it('of any text at all is a day or nothing, never an exception', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9:. TZ+BC-]{0,35}$/), (text) => {
        for (const found of [parseDate(text), parseTimestamp(text, true)?.day]) {
          expect(found === undefined || Number.isInteger(found)).toBe(true);
        }
        parseInterval(text);
      }),
    );
  });
});

it('a timestamp is read alike with and without an offset of nothing', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
      (date) => {
        const text = date.toISOString();
        expect(parseTimestamp(text.slice(0, -1), false)).toEqual(parseTimestamp(text, true));
      },
    ),
  );
});
