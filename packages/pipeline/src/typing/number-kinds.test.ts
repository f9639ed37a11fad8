import { assert, double, property } from 'fast-check';
import { expect, it } from 'vitest';

import { losesDigits } from './number-kinds.ts';

it.each(['9007199254740993', '90071992547409.931', '12345678901234.567'])(
  '%s is another number as a double',
  (cell) => {
    expect(losesDigits(cell, 'dot')).toBe(true);
  },
);

// A half in the last digit: JavaScript and Python write it one way, C another.
it.each(['0.16777420043945312', '0.16777420043945313', '0.30000000000000004', '12.990005493164062'])(
  '%s is what a double says',
  (cell) => {
    expect(losesDigits(cell, 'dot')).toBe(false);
  },
);

it('no number that a program prints of a double loses digits', () => {
  assert(
    property(double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
      for (const cell of [String(value), value.toPrecision(16), value.toPrecision(17)]) {
        if (!cell.includes('e')) expect(losesDigits(cell, 'dot')).toBe(false);
      }
    }),
    { numRuns: 1000 },
  );
});
