import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { profileSchema, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { extractFile } from '../extract/extract-file.ts';
import { parse } from './parse.ts';

let test: TestHyper;

beforeAll(async () => {
  test = await startTestHyper();
});

afterAll(async () => {
  await test.close();
});

async function open(content: string) {
  const path = join(test.dir, 'in.csv');
  await writeFile(path, content);
  const context = {
    engine: test.hyper,
    runId: 't',
    logger: silentLogger,
    signal: new AbortController().signal,
    scratchDir: test.dir,
    emit() {},
  };
  return { input: { spec: { types: {}, allowEmpty: false }, file: await checkSourceFile(path) }, context };
}

// The second is longer than what is looked at row by row: the engine counts it.
it.each([1, 60_000])('tells what the cells of each column are, of %i times four rows', async (times) => {
  const rows = ['1,1.50,007,"1.234,5",x', '2,NA,012,"-1,25",y', '3,-12.125,,n/a,z', '4,NA,001,"2,5",w'];
  const { input, context } = await open(`id,n,z,c,t\n${`${rows.join('\n')}\n`.repeat(times)}`);
  const profile = profileSchema.parse(await parse(input, context));
  const [id, n, z, c, t] = profile.columns;
  expect(profile.loading).toBe('direct');
  expect(id).toMatchObject({ counts: { integer: 4 * times }, integerDigits: 1, load: 'CAST(c0 AS bigint)' });
  expect(n).toMatchObject({
    counts: { decimal: times, 'dot-3': times, 'null-token': 2 * times },
    integerDigits: 2,
    fractionDigits: 3,
    load: 'CAST(c1 AS numeric(18,3))',
  });
  expect(Object.keys(n?.nullTokens ?? {})).toEqual(['NA']);
  expect(Object.keys(c?.nullTokens ?? {})).toEqual(['n/a']);
  if (times === 1) expect(n?.nullTokens).toEqual({ NA: 2 });
  expect(c).toMatchObject({ integerDigits: 4, fractionDigits: 2 });
  expect(t?.load).toBe('c4');
  expect(t).not.toHaveProperty('integerDigits');
  if (times === 1) expect(z).toMatchObject({ leadingZeros: 3, counts: { 'leading-zero': 3, null: 1 } });
});

it('leaves out what a load in one pass does not count', async () => {
  const { input, context } = await open(`id,n\n${'1,1.50\n2,NA\n'.repeat(100_000)}`);
  const { profile } = await extractFile({ ...input, outPath: join(test.dir, 'out.hyper') }, context);
  const [id, n] = profileSchema.shape.columns.parse(profile.columns);
  expect(id).not.toHaveProperty('counts');
  expect(id).not.toHaveProperty('integerDigits');
  expect(Object.keys(n?.nullTokens ?? {})).toEqual(['NA']);
});
