import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { parse } from '../parse/parse.ts';
import { extractFile } from './extract-file.ts';
import { extract } from './extract.ts';

const COUNT = 30_000;

/** A long file of which only the beginning is looked at first: a number, a value, and text that makes it long enough. */
const long = (value: (index: number) => string, delimiter = ','): string =>
  `id${delimiter}value${delimiter}note\n${Array.from({ length: COUNT }, (_, index) => [index, value(index), `note ${'x'.repeat(40)} ${index}`].join(delimiter)).join('\n')}\n`;

const LAST = COUNT - 1;
const atEnd = (usual: string, last: string) => long((index) => (index === LAST ? last : usual));

describe('a long file, loaded in one pass and in two,', () => {
  let test: TestHyper;
  let context: EngineContext;
  let files = 0;

  beforeAll(async () => {
    test = await startTestHyper();
    const signal = new AbortController().signal;
    context = { engine: test.hyper, runId: 'test', logger: silentLogger, signal, scratchDir: test.dir, emit() {} };
  });

  afterAll(async () => {
    await test.close();
  });

  async function lastValue(path: string, alias: string): Promise<unknown> {
    await using connection = await test.hyper.connect({ database: path, alias });
    return await connection.scalar(`SELECT CAST(value AS text) FROM "${alias}"."Extract"."Extract" WHERE id = ${LAST}`);
  }

  it.each<[string, string, string, string | null, Partial<ExtractSpecCore>?]>([
    ['has a value where the beginning had none', atEnd('', '1.1'), 'numeric(18,1)', '1.1'],
    ['has a word where the beginning had nothing', atEnd('', 'word'), 'text', 'word'],
    ['has a value where bad ones may be lost', atEnd('', '1.1'), 'numeric(18,1)', '1.1', { badValues: 'null' }],
    ['has a bad value that may be lost', atEnd('5', 'word'), 'bigint', null, { badValues: 'null' }],
    [
      'has more bad values than a type bears, though they may be lost',
      long((index) => (index > 25_000 ? 'word' : '5')),
      'text',
      'word',
      { badValues: 'null' },
    ],
    ['has a value in a ragged neighbourhood', `${atEnd('', '1.1')}1,2\n`, 'numeric(18,1)', '1.1'],
    ['has a value and a quote in the middle', `${atEnd('', '1.1')}1,,a "b" c\n`, 'numeric(18,1)', '1.1'],
  ])('%s: is of one type, and nothing is lost', async (_, content, type, last, given = {}) => {
    files += 1;
    const path = join(test.dir, `long ${files}.csv`);
    await writeFile(path, content);
    const file = await checkSourceFile(path);
    const spec = { types: {}, allowEmpty: false, ...given };
    const [onePass, twoPasses] = [join(test.dir, `one ${files}.hyper`), join(test.dir, `two ${files}.hyper`)];
    const once = await extractFile({ spec, file, outPath: onePass, rejectsPath: `${onePass}.csv` }, context);
    const profile = await parse({ spec, file }, context);
    const twice = await extract({ spec, file, profile, outPath: twoPasses, rejectsPath: `${twoPasses}.csv` }, context);
    expect(once.rows).toEqual(twice.rows);
    const known = ({ name, type: found, kind, nulls, rejects }: (typeof profile.columns)[number]) => ({
      name,
      found,
      kind,
      nulls,
      rejects,
    });
    expect(once.profile.columns.map(known)).toEqual(profile.columns.map(known));
    expect(profile.columns[1]?.type).toBe(type);
    expect(await lastValue(onePass, `one${files}`)).toBe(last);
    expect(await lastValue(twoPasses, `two${files}`)).toBe(last);
  });
});
