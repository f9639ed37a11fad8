import { expect, test } from 'vitest';

import { balanceTarget, countOvertaken, type EndedRun } from './books.ts';
import type { Content } from './content.ts';
import type { PlannedRun } from './plan.ts';

const ended = (
  runId: string,
  mode: PlannedRun['mode'],
  seq: number,
  state = 'succeeded',
  unknown = false,
): EndedRun => ({
  run: { number: seq, runId, target: 'T', mode, rows: 2, submitTwice: false, priority: 100 },
  state,
  seq,
  endedAtMs: seq * 1000,
  unknown,
});
const content = (...rows: [runId: string, rows: number, distinct: number][]): Content =>
  new Map(rows.map(([runId, all, distinct]) => [runId, { rows: all, distinct }]));

test('the last whole-table run and the appends after it are what must be there', () => {
  const runs = [
    ended('b', 'overwrite', 2),
    ended('a', 'append', 1),
    ended('c', 'append', 3),
    ended('d', 'append', 4, 'failed'),
  ];
  expect(balanceTarget(runs, content(['b', 2, 2], ['c', 2, 2]))).toMatchObject({ missingRows: 0, excessRows: 0 });
});

test('rows that are there twice are counted', () => {
  expect(balanceTarget([ended('a', 'append', 1)], content(['a', 4, 2]))).toMatchObject({
    missingRows: 0,
    excessRows: 2,
  });
});

test('rows of a run that did not succeed are counted', () => {
  const runs = [ended('a', 'append', 1), ended('b', 'append', 2, 'failed')];
  expect(balanceTarget(runs, content(['a', 2, 2], ['b', 2, 2]))).toMatchObject({ excessRows: 2 });
});

test('rows that are missing are counted', () => {
  const runs = [ended('a', 'append', 1), ended('b', 'append', 2)];
  expect(balanceTarget(runs, content(['b', 1, 1]))).toMatchObject({ missingRows: 3, excessRows: 0 });
});

test('a run with an unknown outcome may have its rows there once, but not twice', () => {
  const runs = [ended('a', 'append', 1), ended('b', 'append', 2, 'failed', true)];
  expect(balanceTarget(runs, content(['a', 2, 2], ['b', 2, 2]))).toMatchObject({ missingRows: 0, excessRows: 0 });
  expect(balanceTarget(runs, content(['a', 2, 2]))).toMatchObject({ missingRows: 0, excessRows: 0 });
  expect(balanceTarget(runs, content(['a', 2, 2], ['b', 4, 2]))).toMatchObject({ excessRows: 2 });
});

test('a run that ended before one that stood before it was overtaking', () => {
  const inOrder = [ended('a', 'append', 1), ended('b', 'append', 2)];
  expect(countOvertaken(inOrder)).toBe(0);
  expect(countOvertaken([ended('a', 'append', 1), { ...ended('b', 'append', 2), endedAtMs: 500 }])).toBe(1);
});
