import { decodeTime } from 'ulid';
import { expect, test } from 'vitest';

import { createRunId, runIdSchema } from './run-id.ts';

test('ids sort in the order of their creation, however fast they are made', () => {
  const ids = Array.from({ length: 2000 }, () => createRunId());
  expect(new Set(ids).size).toBe(2000);
  expect(ids.toSorted()).toEqual(ids);
  expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id) && runIdSchema.safeParse(id).success)).toBe(true);
});

test('ids tell their time', () => {
  const before = Date.now();
  const ms = decodeTime(createRunId());
  expect(ms).toBeGreaterThanOrEqual(before);
  expect(ms).toBeLessThanOrEqual(Date.now() + 1);
});

test.each(['', '.', 'a.b', 'a:b', '../x', ' ', '-a', 'a'.repeat(65), 'ü'])('%j is no run id', (id) => {
  expect(runIdSchema.safeParse(id).success).toBe(false);
});
