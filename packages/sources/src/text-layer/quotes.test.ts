import { describe, expect, it } from 'vitest';

import { readText } from './read-text.test-kit.ts';

describe('the quote', () => {
  it('is the one of the whole text, not that of its first records', async () => {
    const rows = Array.from({ length: 500 }, (_, row) => `${row},plain`);
    const late = Array.from({ length: 100 }, (_, row) => `${row},"two\nlines"`);
    const table = await readText(["i,'word'", ...rows, ...late, ''].join('\n'));
    expect(table?.dialect.quote).toBe('"');
    expect(table?.rows).toHaveLength(600);
    expect(table?.rows.at(-1)).toEqual(['99', 'two\nlines']);
  });

  it('is an apostrophe where these stand at the edges of cells', async () => {
    const table = await readText("id,text\n1,'a, b'\n2,'c, ''d'''\n3,e\n");
    expect(table?.rows).toEqual([
      ['1', 'a, b'],
      ['2', "c, 'd'"],
      ['3', 'e'],
    ]);
  });
});

// Patterns that try each way to cut a text took minutes: the test's time limit tells.
it.each([
  ['one long word', `${'ab1'.repeat(60)}%`],
  ['a separator line without end', `sep=${' '.repeat(200_000)}x`],
])('looks at %s', async (_, text) => {
  expect(await readText(`id,text\n1,${text}\n2,b\n`)).toBeDefined();
  expect(await readText(`${text}\n1,2\n`)).toBeDefined();
});
