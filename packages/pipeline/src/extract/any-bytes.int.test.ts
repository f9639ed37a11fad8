import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { isErrorCode, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { array, assert, asyncProperty, constantFrom, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';

describe('any bytes', () => {
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

  /** The account of a load, or the code of its error; anything else is thrown. */
  async function account(bytes: Uint8Array): Promise<string> {
    files += 1;
    const path = join(test.dir, `any ${files}.csv`);
    await writeFile(path, bytes);
    const file = await checkSourceFile(path);
    const spec = { types: {}, allowEmpty: true };
    const outPath = join(test.dir, `any-${files % 10}.hyper`);
    const told = (error: unknown): string => {
      const { code } = error as { code?: string };
      if (code !== undefined && isErrorCode(code) && /^(?:SOURCE|CSV|COLUMN)_/.test(code)) return code;
      throw error;
    };
    const once = await extractFile({ spec, file, outPath }, context).then(({ rows }) => {
      expect(rows.read).toBe(rows.loaded + rows.rejected + rows.filtered);
      return JSON.stringify(rows);
    }, told);
    const twice = await parse({ spec, file }, context)
      .then(async (profile) => await extract({ spec, file, profile, outPath }, context))
      .then(({ rows }) => JSON.stringify(rows), told);
    expect(twice).toBe(once);
    return once;
  }

  it('with a ragged record and a quote in the middle of another are read the same in one pass and in two', async () => {
    const rows = { read: 3, loaded: 2, rejected: 1, filtered: 0 };
    expect(await account(Buffer.from('1\n,1\n1,5 €""'))).toBe(JSON.stringify(rows));
  });

  it('of pieces that CSVs are made of are accounted for, or refused with a code', async () => {
    const piece = constantFrom(
      '1',
      '02',
      'ab',
      'é',
      ',',
      ',',
      ';',
      '"',
      '""',
      '\n',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\t',
      '\0',
      '1.5',
      '1,5 €',
      '2020-01-02',
      '(1)',
      '%',
    );
    await assert(
      asyncProperty(array(piece, { maxLength: 40 }), async (pieces) => {
        await account(Buffer.from(pieces.join('')));
      }),
      { numRuns: 60 },
    );
  });

  it('of any kind are accounted for, or refused with a code', async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 60 }), async (bytes) => {
        await account(bytes);
      }),
      { numRuns: 40 },
    );
  });
});
