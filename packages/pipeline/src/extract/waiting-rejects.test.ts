import { expect, it } from 'vitest';

import type { Reject } from './rejects-file.ts';
import { WaitingRejects } from './waiting-rejects.ts';

const reject = (cells: Reject['cells']): Reject => ({ line: 1, record: 1, columns: [], values: [], reason: '', cells });

it('bounds how many rejects wait, and how long they are', () => {
  const many = new WaitingRejects();
  const taken = Array.from({ length: 100_000 }, () => many.push(reject(['x', null])));
  expect(taken.every(Boolean)).toBe(true);
  expect(many.push(reject('x'))).toBe(false);

  const long = 'x'.repeat(16 * 1024 * 1024);
  const few = new WaitingRejects();
  expect([few.push(reject([long, null])), few.push(reject(long)), few.push(reject('x'))]).toEqual([true, true, false]);
  expect([...few]).toHaveLength(3);
});
