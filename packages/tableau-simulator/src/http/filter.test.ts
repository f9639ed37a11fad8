import { describe, expect, it } from 'vitest';

import { applyFilter, applySort, type Fields, parseFilter } from './filter.ts';

const items = [
  { name: 'Sales', size: 9, tags: ['a', 'b c'] },
  { name: 'sales', size: 10, tags: [] },
  { name: 'Costs: 1+1', size: 2, tags: ['b'] },
];
const fields: Fields<(typeof items)[number]> = {
  name: (item) => item.name,
  size: (item) => item.size,
  tags: (item) => item.tags,
};

function found(filter: string): readonly number[] {
  return applyFilter(items, filter, fields).map((item) => item.size);
}

describe('applyFilter', () => {
  it.each([
    ['name:eq:Sales', [9]],
    ['name:cieq:SALES', [9, 10]],
    ['name:eq:Costs: 1+1', [2]],
    ['name:eq:Costs*', [2]],
    ['name:eq:*ale*', [9, 10]],
    ['name:in:[Sales, "Costs: 1+1"]', [9, 2]],
    ['name:in:[ Sales,sales ]', [9, 10]],
    ['tags:in:[b c,x]', [9]],
    ['tags:in:["b c"]', [9]],
    ['name:has:cost', [2]],
    ['size:gt:9', [10]],
    ['size:gte:9', [9, 10]],
    ['size:lt:9', [2]],
    ['size:lte:9,name:eq:Sales', [9]],
    ['name:eq:.*', []],
    ['', [9, 10, 2]],
  ])('%s', (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it.each(['name', 'name:eq', 'name:eq:', 'name:eq:a&b', 'name:eq:a,b', 'name:like:a', 'colour:eq:red'])(
    'refuses %s',
    (filter) => {
      expect(() => found(filter)).toThrow(expect.objectContaining({ code: '400065' }));
    },
  );

  it('does not split inside brackets and quotes', () => {
    expect(parseFilter('name:in:["a,b",c],size:eq:1')).toEqual([
      { field: 'name', operator: 'in', values: ['a,b', 'c'] },
      { field: 'size', operator: 'eq', values: ['1'] },
    ]);
  });
});

describe('applySort', () => {
  it('sorts numbers as numbers, by several keys, in both directions', () => {
    expect(applySort(items, 'size:desc', fields).map((item) => item.size)).toEqual([10, 9, 2]);
    expect(applySort(items, 'name:asc,size:asc', fields).map((item) => item.size)).toEqual([2, 9, 10]);
  });

  it('refuses unknown fields and directions with 400066', () => {
    for (const sort of ['colour:asc', 'name:up']) {
      expect(() => applySort(items, sort, fields)).toThrow(expect.objectContaining({ code: '400066' }));
    }
  });
});
