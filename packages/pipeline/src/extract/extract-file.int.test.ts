import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { columnTypeSchema, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { parse } from '../parse/parse.ts';
import { extractFile } from './extract-file.ts';

describe('extractFile', () => {
  let test: TestHyper;
  let context: EngineContext;
  let files = 0;

  beforeAll(async () => {
    test = await startTestHyper();
    context = {
      engine: test.hyper,
      runId: 'test',
      logger: silentLogger,
      signal: new AbortController().signal,
      scratchDir: test.dir,
      emit() {},
    };
  });

  afterAll(async () => {
    await test.close();
  });

  async function load(content: string | Buffer, spec: Partial<ExtractSpecCore> = {}) {
    files += 1;
    const path = join(test.dir, `source ${files}.csv`);
    await writeFile(path, content);
    const file = await checkSourceFile(path);
    const outPath = join(test.dir, `out-${files}.hyper`);
    const result = await extractFile({ spec: { types: {}, allowEmpty: false, ...spec }, file, outPath }, context);
    expect(result.rows.read).toBe(result.rows.loaded + result.rows.rejected + result.rows.filtered);
    await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
    const { rows } = await connection.query('SELECT * FROM "x"."Extract"."Extract"');
    return { ...result, cells: rows, types: result.profile.columns.map(({ type }) => type) };
  }

  it('keeps leading zeros as text', async () => {
    const { types, cells } = await load('zip,n\n00501,1\n10001,2\n');
    expect(types).toEqual(['text', 'bigint']);
    expect(cells.map(([zip]) => zip)).toEqual(['00501', '10001']);
  });

  it('loads decimals exactly', async () => {
    const { types, cells } = await load('a,b\n1.5,0.25\n2,3\n');
    expect(types).toEqual(['numeric(18,1)', 'numeric(18,2)']);
    expect(cells).toEqual([
      ['1.5', '0.25'],
      ['2.0', '3.00'],
    ]);
  });

  it('finds dates, also those with the name of the month', async () => {
    const { types, cells } = await load(
      'a,b,c\n2020-01-02,Jan 2 2020,2020-01-02 03:04:05\n2020-01-03,Feb 3 2020,2020-01-02 03:04:06.5\n',
    );
    expect(types).toEqual(['date', 'date', 'timestamp']);
    expect(cells[1]).toEqual(['2020-01-03', '2020-02-03', '2020-01-02 03:04:06.5']);
  });

  it('decides the order of day and month by proof', async () => {
    const { types, cells } = await load('a\n03/04/2020\n13/02/2020\n');
    expect(types).toEqual(['date']);
    expect(cells).toEqual([['2020-04-03'], ['2020-02-13']]);
  });

  it('says when day and month can not be told apart', async () => {
    const { profile } = await load('a\n03/04/2020\n01/02/2020\n');
    expect(profile.warnings.join()).toContain('day/month');
  });

  it('reads yes and no', async () => {
    const { types, cells } = await load('a,b\nyes,t\nno,f\n');
    expect(types).toEqual(['boolean', 'boolean']);
    expect(cells).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('turns words for no value into NULL, but not in text', async () => {
    const { cells } = await load('a,b\nNA,NA\n5,x\n');
    expect(cells).toEqual([
      [null, 'NA'],
      [5n, 'x'],
    ]);
  });

  it('finds a value late in a long file that its beginning did not show', async () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => `${index},${index === 149_000 ? '007' : index + 1}`);
    const { types, rows: counts } = await load(`a,b\n${rows.join('\n')}\n`);
    expect(types).toEqual(['bigint', 'text']);
    expect(counts.loaded).toBe(150_000);
  });

  describe('in one pass', () => {
    const long = (row: (index: number) => string, count = 25_000): string =>
      `id,price,day,at,paid,name\n${Array.from({ length: count }, (_, index) => row(index)).join('\n')}\n`;
    const regular = (index: number): string =>
      `${index},${(index % 1000) / 100},2020-01-0${1 + (index % 9)},2020-01-02 03:04:0${index % 10},${index % 2 === 0},name ${index}`;

    it('comes to the same profile as a scan of the whole file', async () => {
      files += 1;
      const path = join(test.dir, `long ${files}.csv`);
      await writeFile(path, long(regular));
      const file = await checkSourceFile(path);
      const spec = { types: {}, allowEmpty: false };
      const scanned = await parse({ spec, file }, context);
      const { profile } = await extractFile({ spec, file, outPath: join(test.dir, `long-${files}.hyper`) }, context);
      const known = ({ name, type, kind, nulls, rejects }: (typeof scanned.columns)[number]) => ({
        name,
        type,
        kind,
        nulls,
        rejects,
      });
      expect(profile.columns.map(known)).toEqual(scanned.columns.map(known));
      expect(profile.rowCount).toBe(25_000);
    });

    it.each([
      ['a leading zero', 'id', '007', 'text'],
      ['a fraction', 'id', '1.5', 'numeric(18,1)'],
      ['a grouped number', 'id', '"1,234"', 'bigint'],
      ['more decimals', 'price', '1.234', 'numeric(18,3)'],
      ['an exponent', 'price', '1.5e-3', 'double'],
      ['a time', 'day', '2020-01-02 10:00', 'timestamp'],
      ['a fraction of a second', 'at', '2020-01-02 10:00:00.25', 'timestamp'],
    ])('finds %s at the end', async (_, column, value, type) => {
      const row = (index: number): string => {
        const cells = regular(index).split(',');
        if (index === 24_500) cells[['id', 'price', 'day', 'at', 'paid', 'name'].indexOf(column)] = value;
        return cells.join(',');
      };
      const { profile } = await load(long(row)).catch((error: unknown) => {
        // One value of 25,000 that fits nothing: the column keeps its type and the row is set aside.
        if ((error as { code?: string }).code === 'CSV_VALUE_INVALID') return { profile: undefined };
        throw error;
      });
      if (profile !== undefined) expect(profile.columns.find(({ name }) => name === column)?.type).toBe(type);
    });
  });

  it('takes only the columns asked for, in their order, with the types given', async () => {
    const { profile, cells } = await load('a,b,c\n1,2,3\n', {
      columns: ['c', 'a'],
      types: { a: columnTypeSchema.parse('text') },
    });
    expect(profile.columns.map(({ name, type }) => [name, type])).toEqual([
      ['c', 'bigint'],
      ['a', 'text'],
    ]);
    expect(cells).toEqual([[3n, '1']]);
  });

  it('reads quoted cells, CR LF, a byte order mark and a missing last newline', async () => {
    const { cells } = await load('\uFEFFa,b\r\n"x, ""y""","two\r\nlines"\r\n1,2');
    expect(cells).toEqual([
      ['x, "y"', 'two\r\nlines'],
      ['1', '2'],
    ]);
  });

  it('names the columns that there are when one is unknown', async () => {
    const failure = load('alpha,beta\n1,2\n', { columns: ['alpa'] });
    await expect(failure).rejects.toMatchObject({ code: 'COLUMN_UNKNOWN' });
    await expect(failure).rejects.toThrow('did you mean "alpha"');
  });

  it('refuses an empty file', async () => {
    await expect(load('')).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  });

  it('refuses a header without rows', async () => {
    await expect(load('a,b\n')).rejects.toMatchObject({ code: 'SOURCE_NO_ROWS' });
  });

  it('loads a header without rows when that is allowed', async () => {
    const { rows, types } = await load('a,b\n', { allowEmpty: true });
    expect(rows.loaded).toBe(0);
    expect(types).toEqual(['text', 'text']);
  });

  it('refuses binary noise', async () => {
    await expect(
      load(Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256))),
    ).rejects.toMatchObject({ code: 'SOURCE_BINARY' });
  });
});
