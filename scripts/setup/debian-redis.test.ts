import { lastLines } from '@hyperferry/hyper/install';
import { expect, test } from 'vitest';

import { libraryNames } from './debian-redis.ts';

test('of each clause of a Depends field the first alternative is taken if it is a library, without its version', () => {
  expect(
    libraryNames('adduser, libc6 (>= 2.34), libssl3t64 (>= 3.0.0) | libssl3, init-system-helpers (>= 1.54~)\n'),
  ).toEqual(['libc6', 'libssl3t64']);
  expect(libraryNames('')).toEqual([]);
});

test('the end of a complaint is shown without the name of the log file', () => {
  const text =
    'npm error code E404\n\nnpm error 404 Not Found\nnpm error A complete log of this run can be found in: /x\n';
  expect(lastLines(text)).toBe('npm error code E404 | npm error 404 Not Found');
});
