import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { columnTypeSchema, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
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
    const rejectsPath = join(test.dir, `rejects-${files}.csv`);
    const full = { types: {}, allowEmpty: false, ...spec };
    const result = await extractFile({ spec: full, file, outPath, rejectsPath }, context);
    expect(result.rows.read).toBe(result.rows.loaded + result.rows.rejected + result.rows.filtered);
    await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
    const { rows } = await connection.query('SELECT * FROM "x"."Extract"."Extract"');
    return { ...result, cells: rows, types: result.profile.columns.map(({ type }) => type) };
  }

  it('keeps leading zeros as text', async () => {
    const { types, cells } = await load('zip,count\n00501,1\n10001,2\n');
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

    it('does not say how many words for no value there are, which it does not know', async () => {
      const { profile, rows } = await load(
        long((index) => (index % 5 === 0 ? regular(index).replace(/^(\d+),[^,]*/, '$1,n/a') : regular(index))),
      );
      expect(rows.loaded).toBe(25_000);
      expect(profile.columns[1]).toMatchObject({
        nulls: 5000,
        reason: 'all 20,000 values are numbers, exact with 2 decimals; words for no value',
      });
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
      const { profile, rows } = await load(long(row));
      expect(profile.columns.find(({ name }) => name === column)?.type).toBe(type);
      expect(rows).toEqual({ read: 25_000, loaded: 25_000, rejected: 0, filtered: 0 });
    });
  });

  describe('with rows that do not fit', () => {
    const rows = (bad: (index: number) => string | undefined, count = 30_000): string =>
      `id,price,day,name\n${Array.from({ length: count }, (_, index) => bad(index) ?? `${index},${(index % 100) / 4},2020-01-02,"name, ${index}"`).join('\n')}\n`;
    const rejectsOf = async (path: string | undefined): Promise<string[]> =>
      path === undefined ? [] : (await readFile(path, 'utf8')).trim().split('\n');

    it('sets aside a row with a bad value, with its line and reason', async () => {
      const result = await load(rows((index) => (index === 29_000 ? '29000,n.n.,2020-01-02,x' : undefined)));
      expect(result.rows).toEqual({ read: 30_000, loaded: 29_999, rejected: 1, filtered: 0 });
      expect(await rejectsOf(result.rejectsPath)).toEqual([
        '_line,_record,_column,_value,_reason,id,price,day,name',
        '29002,29001,price,n.n.,"price is not of type numeric(18,2)",29000,n.n.,2020-01-02,x'
          .replaceAll('"', '')
          .replace('price is not of type numeric(18,2)', '"price is not of type numeric(18,2)"'),
      ]);
    });

    it('sets aside a date that does not exist', async () => {
      const result = await load(rows((index) => (index === 5 ? '5,1,2020-02-30,x' : undefined)));
      expect(result.rows.rejected).toBe(1);
      expect(result.types).toEqual(['bigint', 'numeric(18,2)', 'date', 'text']);
    });

    it('sets aside ragged rows and loads the others', async () => {
      const result = await load(rows((index) => (index === 7 ? '7,1' : index === 25_000 ? 'a,b,c,d,e' : undefined)));
      expect(result.rows).toEqual({ read: 30_000, loaded: 29_998, rejected: 2, filtered: 0 });
      const lines = await rejectsOf(result.rejectsPath);
      expect(lines[1]).toBe(
        '9,8,"","","2 cells instead of 4",7,1'.replace('"2 cells instead of 4"', '2 cells instead of 4'),
      );
    });

    it('pads ragged rows when the spec says so', async () => {
      const result = await load(
        rows((index) => (index === 25_000 ? '25000,1' : undefined)),
        { ragged: 'pad' },
      );
      expect(result.rows.rejected).toBe(0);
    });

    it('fails at a ragged row when the spec says so', async () => {
      const failure = load(
        rows((index) => (index === 25_000 ? '25000,1' : undefined)),
        { ragged: 'fail' },
      );
      await expect(failure).rejects.toMatchObject({ code: 'CSV_ROW_RAGGED' });
    });

    it('makes bad values NULL when the spec says so', async () => {
      const content = rows((index) => (index === 29_000 ? '29000,n.n.,2020-01-02,x' : undefined));
      const result = await load(content, { badValues: { price: 'null' } });
      expect(result.rows.loaded).toBe(30_000);
      expect(result.cells.filter(([, price]) => price === null)).toHaveLength(1);
    });

    it('makes a column text when more than one value in a thousand does not fit', async () => {
      const result = await load(
        rows((index) => (index > 20_000 && index % 100 === 0 ? `${index},many,2020-01-02,x` : undefined)),
      );
      expect(result.types[1]).toBe('text');
      expect(result.rows.rejected).toBe(0);
    });

    it('rejects every value that does not fit a given type', async () => {
      const content = rows((index) => (index % 100 === 0 ? `${index},1,2020-01-02,5` : undefined));
      const result = await load(content, { types: { name: columnTypeSchema.parse('bigint') } });
      expect(result.rows.loaded).toBe(300);
      expect(result.rows.rejected).toBe(29_700);
    });

    it('loses one line to a quote that is never closed', async () => {
      const result = await load(rows((index) => (index === 28_000 ? '28000,1,2020-01-02,"x' : undefined)));
      expect(result.rows.read).toBe(30_000);
      expect(result.rows.loaded).toBeGreaterThanOrEqual(29_999);
    });

    it('comes to the same when profile and load are apart', async () => {
      files += 1;
      const path = join(test.dir, `apart ${files}.csv`);
      await writeFile(
        path,
        rows((index) => (index === 7 ? '7,1' : index === 29_000 ? '29000,n.n.,2020-01-02,x' : undefined)),
      );
      const file = await checkSourceFile(path);
      const spec = { types: {}, allowEmpty: false };
      const profile = await parse({ spec, file }, context);
      const outPath = join(test.dir, `apart-${files}.hyper`);
      const result = await extract({ spec, file, profile, outPath, rejectsPath: `${outPath}.csv` }, context);
      expect(result.rows).toEqual({ read: 30_000, loaded: 29_998, rejected: 2, filtered: 0 });
    });
  });

  describe('numbers as people write them', () => {
    it.each([
      ['grouped by commas', ['1,234.5', '12', '-1,234,567'], 'numeric(18,1)', ['1234.5', '12.0', '-1234567.0']],
      ['with a decimal comma', ['1.234,5', '12', '-0,25'], 'numeric(18,2)', ['1234.50', '12.00', '-0.25']],
      ['grouped by blanks', ['1 234,5', '12,25', '7'], 'numeric(18,2)', ['1234.50', '12.25', '7.00']],
      ['percentages', ['12.5%', '7 %', '-1.25%'], 'numeric(18,4)', ['0.1250', '0.0700', '-0.0125']],
      ['percentages with a decimal comma', ['12,5 %', '7%'], 'numeric(18,3)', ['0.125', '0.070']],
      ['dollars', ['$1,234.50', '-$5', '($7.25)'], 'numeric(18,2)', ['1234.50', '-5.00', '-7.25']],
      ['euros', ['1.234,50 €', '5 €', '-7,25 €'], 'numeric(18,2)', ['1234.50', '5.00', '-7.25']],
      ['accounting negatives', ['(1,234)', '5', '12.5-'], 'numeric(18,1)', ['-1234.0', '5.0', '-12.5']],
      ['whole thousands', ['1,234,567', '5'], 'bigint', [1_234_567n, 5n]],
    ])('reads %s', async (_, values, type, expected) => {
      const { types, cells } = await load(`amount,name\n${values.map((value) => `"${value}",x`).join('\n')}\n`);
      expect(types[0]).toBe(type);
      expect(cells.map(([cell]) => cell)).toEqual(expected);
    });

    it('keeps amounts of different currencies as text', async () => {
      const { types } = await load('amount,name\n$5,x\n€7,x\n');
      expect(types[0]).toBe('text');
    });

    it('takes 1,234 for a thousand in a file of commas, for a fraction in one of semicolons, and says so', async () => {
      const us = await load('amount,name\n"1,234",x\n"2,345",x\n');
      const eu = await load('amount;name\n1,234;x\n2,345;x\n');
      expect([us.types[0], eu.types[0]]).toEqual(['bigint', 'numeric(18,3)']);
      expect(us.profile.warnings.join()).toContain('1,234');
    });

    it('reads them in long files too', async () => {
      const rows = Array.from(
        { length: 60_000 },
        (_, index) => `${index};${index % 1000},5;"${1 + (index % 9)}.234,50 €";02.01.2020;ja`,
      );
      const { types, rows: counts } = await load(`id;menge;preis;tag;bezahlt\n${rows.join('\n')}\n`);
      expect(types).toEqual(['bigint', 'numeric(18,1)', 'numeric(18,2)', 'date', 'boolean']);
      expect(counts.loaded).toBe(60_000);
    });
  });

  it('keeps quotes in the middle of cells, even late in a long file', async () => {
    const rows = Array.from(
      { length: 60_000 },
      (_, index) => `${index},${index === 59_000 ? '"a "big" one"' : '"a, b"'}`,
    );
    const { cells, rows: counts } = await load(`id,name\n${rows.join('\n')}\n`);
    expect(counts.loaded + counts.rejected).toBe(60_000);
    expect(cells.find(([id]) => id === 59_000n)?.[1]).toBe('a "big" one');
  });

  describe('written otherwise', () => {
    it('reads semicolons, Windows-1252 and a preamble', async () => {
      const text = 'Bericht 2020\n\nStadt;Menge;Datum\nK\xf6ln;5;2020-01-02\nM\xfcnchen;7;2020-01-03\n';
      const { cells, types } = await load(Buffer.from(text, 'latin1'));
      expect(types).toEqual(['text', 'bigint', 'date']);
      expect(cells).toEqual([
        ['Köln', 5n, '2020-01-02'],
        ['München', 7n, '2020-01-03'],
      ]);
    });

    it('reads UTF-16', async () => {
      const { cells } = await load(Buffer.from('\uFEFFcity\tcount\nKöln\t5\nMünchen\t7\n', 'utf16le'));
      expect(cells).toEqual([
        ['Köln', 5n],
        ['München', 7n],
      ]);
    });

    it('reads gzip', async () => {
      const { cells } = await load(gzipSync('city,count\nKöln,5\nMünchen,7\n'));
      expect(cells).toEqual([
        ['Köln', 5n],
        ['München', 7n],
      ]);
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
