import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

describe('lines that begin with #', () => {
  let loader: Loader;

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  const rows = (odd: Readonly<Record<number, string>>): string => {
    const lines = Array.from({ length: 3000 }, (_, index) => `${index + 1},"n ${index + 1}",${index + 1}.5`);
    for (const [at, line] of Object.entries(odd).toReversed()) lines.splice(Number(at), 0, line);
    return `id,name,amount\n${lines.join('\n')}\n`;
  };

  it.each([100, 2500])('are rows of one cell where the file does not begin with comments: line %d', async (at) => {
    const { rows: account, rejects, warnings } = await loader.load(rows({ [at]: '#sunday' }));
    expect(account).toEqual({ read: 3001, loaded: 3000, rejected: 1, filtered: 0 });
    expect(rejects).toContain(`${at + 2},${at + 1},"","",1 cells instead of 3,#sunday\n`);
    expect(warnings).toEqual([]);
  });

  it.each([100, 2500])('are comments where it does, and said: line %d', async (at) => {
    const { rows: account, warnings } = await loader.load(`# by us\n${rows({ [at]: '# c', 2800: '#d' })}`);
    expect(account).toEqual({ read: 3000, loaded: 3000, rejected: 0, filtered: 0 });
    expect(warnings).toEqual([
      'the first line begins with # and is left out as a comment',
      `2 lines begin with #, the first on line ${at + 3}, and are no data`,
    ]);
  });

  it('are said in a short file, and are none in quotes', async () => {
    const text = '# by us\nid,name,amount\n1,a,1.5\n# c\n2,b,2.5\n"# d"\n3,c,3.5\n';
    const { rows: account, rejects, warnings } = await loader.load(text);
    expect(account).toEqual({ read: 4, loaded: 3, rejected: 1, filtered: 0 });
    expect(rejects).toContain('6,3,"","",1 cells instead of 3,"# d"');
    expect(warnings[1]).toBe('line 4 begins with # and is no data');
  });
});
