import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { isErrorCode, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { array, assert, asyncProperty, constantFrom, integer, nat, oneof, record, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';

const table = [
  'id,name,amount,day',
  '1,"Müller, Ann",1.50,2024-01-02',
  '2,Zoë,-3,2024-02-29',
  '3,"say ""hi""\nthere",,NA',
  ' 4 ,x,12.25, 2024-12-31',
].join('\n');
const german =
  'Ort;Preis;Tag\r\nKöln;1.234,50 €;31.12.2024\r\nBonn;3,00 €;1.1.2024\r\nUlm;-7,25 €;\r\nSumme;1.230,25;\r\n';

/** Files as they should be: what is done to them below are accidents. */
const goodFiles: readonly Buffer[] = [
  Buffer.from(`${table}\n`),
  Buffer.from(table.replaceAll('\n', '\r\n')),
  Buffer.from(german),
  Buffer.from(german.replaceAll('€', 'EUR'), 'latin1'),
  Buffer.from(`\uFEFF${table}\n`, 'utf16le'),
  Buffer.from('a\tb\n1\ttrue\n2\tfalse\n\t\n3\ttrue\n'),
  Buffer.from('Report of May\n\nid,v,w\n1,2,3\n4,5,6\n'),
  Buffer.from('"a"|"b"\n"1"|"x"\n"2"|"y"\n'),
];

/** One accident: some bytes are cut out at a place, and others put there. */
const accident = record({
  at: nat(),
  cut: integer({ min: 0, max: 3 }),
  put: oneof(
    uint8Array({ maxLength: 2 }),
    constantFrom(
      '\0',
      '\0\0\0\0',
      '"',
      ',',
      ';',
      '\n',
      '\r',
      '\r\n',
      '\t',
      ' ',
      '\x1a',
      '\xe9',
      '\xef\xbb\xbf',
      '\xc3',
    ).map((text) => Buffer.from(text, 'latin1')),
  ),
});

function damaged(good: Buffer, accidents: readonly { at: number; cut: number; put: Uint8Array }[]): Buffer {
  let bytes = good;
  for (const { at, cut, put } of accidents) {
    const place = at % (bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + cut)]);
  }
  return bytes;
}

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

  it('with a header that is narrower than the data, and odd quotes after both', async () => {
    const rows = { read: 1, loaded: 1, rejected: 0, filtered: 0 };
    expect(await account(Buffer.from('"a"|"\n|" "2"|"y"\n'))).toBe(JSON.stringify(rows));
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

  it('of good files with accidents are accounted for, or refused with a code', async () => {
    const accidents = array(accident, { minLength: 1, maxLength: 4 });
    await assert(
      asyncProperty(constantFrom(...goodFiles), accidents, async (good, all) => {
        await account(damaged(good, all));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('of a good file that is cut off anywhere are accounted for, or refused with a code', async () => {
    await assert(
      asyncProperty(constantFrom(...goodFiles), nat(), async (good, at) => {
        await account(good.subarray(0, at % good.length));
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('of a good file are the same rows with NULs anywhere between them', async () => {
    const narrow = goodFiles.filter((good) => !good.includes(0));
    await assert(
      asyncProperty(constantFrom(...narrow), array(nat(), { minLength: 1, maxLength: 6 }), async (good, places) => {
        const nul = (at: number) => ({ at, cut: 0, put: Buffer.alloc(1) });
        expect(await account(damaged(good, places.map(nul)))).toBe(await account(good));
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('of any kind are accounted for, or refused with a code', async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 60 }), async (bytes) => {
        await account(bytes);
      }),
      { numRuns: 40 },
    );
  });
});
