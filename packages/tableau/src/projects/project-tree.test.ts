import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { joinProjectPath, splitProjectPath } from './project-path.ts';
import { createProjectTree } from './project-tree.ts';

const tree = createProjectTree([
  { id: 'd', name: 'default' },
  { id: 'f', name: 'Finance' },
  { id: 'fs', name: 'Sales', parentProjectId: 'f' },
  { id: 'h', name: 'HR' },
  { id: 'hs', name: 'Sales', parentProjectId: 'h' },
  { id: 'x', name: 'A/B & C, D: +é', parentProjectId: 'h' },
  { id: 'orphan', name: 'Orphan', parentProjectId: 'invisible' },
  { id: 't1', name: 'Twin', parentProjectId: 'invisible' },
  { id: 't2', name: 'Twin', parentProjectId: 'invisible-2' },
]);

test('TSC #265, #296: a nested project is found by its path, whatever the case', () => {
  expect(tree.match('finance/SALES').found).toEqual({ id: 'fs', name: 'Sales', path: 'Finance/Sales' });
  expect(tree.match('HR/Sales').found?.id).toBe('hs');
});

test('a slash in a name is escaped', () => {
  expect(tree.match('HR/A\\/B & C, D: +é').found).toMatchObject({ id: 'x', path: 'HR/A\\/B & C, D: +é' });
});

test('composed and decomposed letters are the same', () => {
  expect(tree.match('HR/A\\/B & C, D: +e\u0301').found?.id).toBe('x');
});

test('a project whose parent is invisible stands at the top', () => {
  expect(tree.match('Orphan').found?.id).toBe('orphan');
});

test('two of them with one name are ambiguous', () => {
  expect(() => tree.match('Twin')).toThrow(expect.objectContaining({ code: 'TABLEAU_PROJECT_AMBIGUOUS' }));
});

test('says what is missing below what exists, and proposes paths', () => {
  expect(tree.match('HR/Salary/2026')).toMatchObject({ found: { id: 'h' }, missing: ['Salary', '2026'] });
  expect(tree.candidates('Sales')).toEqual(expect.arrayContaining(['Finance/Sales', 'HR/Sales', 'Finance']));
});

test('an empty step is refused', () => {
  expect(() => tree.match('Finance//Sales')).toThrow(expect.objectContaining({ code: 'TABLEAU_PROJECT_UNKNOWN' }));
});

test('splitting undoes joining, for any names', () => {
  const names = fc.array(
    fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name.trim() !== ''),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(names, (steps) => {
      expect(splitProjectPath(joinProjectPath(steps))).toEqual(steps);
    }),
  );
});

test('a project that lists itself as its ancestor does not hang', () => {
  const loop = createProjectTree([
    { id: 'a', name: 'A', parentProjectId: 'b' },
    { id: 'b', name: 'B', parentProjectId: 'a' },
  ]);
  expect(loop.match('A').found).toBeUndefined();
  expect(loop.candidates('A')).toHaveLength(1);
});
