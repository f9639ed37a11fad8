import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { uniqueColumnNames } from './column-names.ts';

const named = (header: readonly string[]): string[] => uniqueColumnNames(header).map(({ name }) => name);

describe('names of columns', () => {
  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['name', 'name', 'name'],
      ['name', 'name_2', 'name_3'],
    ],
    [
      ['', 'a', ''],
      ['c1', 'a', 'c3'],
    ],
    [
      [' a ', 'a', '\tb\0'],
      ['a', 'a_2', 'b'],
    ],
    [
      ['a', 'a', 'a_2'],
      ['a', 'a_3', 'a_2'],
    ],
    [
      ['c2', ''],
      ['c2', 'c2_2'],
    ],
  ])('of %j are %j', (header, expected) => {
    expect(named(header)).toEqual(expected);
    expect(uniqueColumnNames(header).map(({ sourceName }) => sourceName)).toEqual(header);
  });

  it('are unique and never empty, whatever the header', () => {
    const name = fc.constantFrom('', 'a', ' a', 'a_2', 'a_2_2', 'c1', 'c2', 'c2_2', 'b');
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (header) => {
        const names = named(header);
        expect(new Set(names).size).toBe(header.length);
        expect(names.every((given) => given !== '' && given === given.trim())).toBe(true);
      }),
    );
  });
});
