import { expect, it } from 'vitest';

import { printable, textPairs, textTable } from './text-table.ts';

it('aligns columns by what is seen, not by code units', () => {
  expect(
    textTable(
      [{ title: 'name' }, { title: 'rows', right: true }],
      [
        ['売上', '7'],
        ['Sales', '1,200'],
      ],
    ),
  ).toBe('name    rows\n売上       7\nSales  1,200');
});

it('shows the header of an empty table', () => {
  expect(textTable([{ title: 'run' }, { title: 'state' }], [])).toBe('run  state');
});

it('lets no text from elsewhere drive the terminal', () => {
  expect(printable('a\u001B[2Jb\u0007c\nd')).toBe('a [2Jb c d');
});

it('leaves out pairs without a value', () => {
  expect(
    textPairs([
      ['state', 'failed'],
      ['report', undefined],
      ['error', 'X'],
    ]),
  ).toBe('state  failed\nerror  X');
});
