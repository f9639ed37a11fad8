import { expect, test } from 'vitest';

import { createRunId, runIdSchema } from './run-id.ts';

test('ids sort by the time of their creation and differ within it', () => {
  const ids = [1_000, 1_000, 2_000, 3_000_000_000_000].map((nowMs) => createRunId(nowMs));
  expect(new Set(ids).size).toBe(4);
  expect(ids.map((id) => id.slice(0, 10))).toEqual(ids.map((id) => id.slice(0, 10)).toSorted());
  expect(runIdSchema.safeParse(ids[0]).success).toBe(true);
});

test.each(['', '.', 'a.b', 'a:b', '../x', ' ', '-a', 'a'.repeat(65), 'ü'])('%j is no run id', (id) => {
  expect(runIdSchema.safeParse(id).success).toBe(false);
});
