import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { columnTypeSchema, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';

describe('rejects.csv', () => {
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

  async function load(content: string, given: Partial<ExtractSpecCore> = {}, isInStages = false) {
    files += 1;
    const path = join(test.dir, `source ${files}.csv`);
    await writeFile(path, content);
    const file = await checkSourceFile(path);
    const outPath = join(test.dir, `out-${files}.hyper`);
    const rejectsPath = join(test.dir, `rejects-${files}.csv`);
    const input = { spec: { types: {}, allowEmpty: false, ...given }, file, outPath, rejectsPath };
    const staged = async () => {
      const profile = await parse(input, context);
      return { ...(await extract({ ...input, profile }, context)), profile };
    };
    const { rows, profile, rejectsPath: written } = isInStages ? await staged() : await extractFile(input, context);
    expect(rows.read).toBe(rows.loaded + rows.rejected + rows.filtered);
    await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
    const { rows: cells } = await connection.query('SELECT * FROM "x"."Extract"."Extract"');
    return {
      rows,
      cells,
      columns: profile.columns.map(({ name, type }) => [name, type]),
      warnings: profile.warnings,
      rejects: written === undefined ? '' : await readFile(written, 'utf8'),
    };
  }

  const rows = (bad: Readonly<Record<number, string>>): string =>
    `id,price,day,name\n${Array.from({ length: 30_000 }, (_, index) => bad[index] ?? `${index},${(index % 100) / 4},2020-01-02,"name, ${index}"`).join('\n')}\n`;

  describe.each([
    ['in one pass', false],
    ['in two stages', true],
  ])('%s', (_, isInStages) => {
    it('is repaired and loaded again as it is', async () => {
      const bad = {
        7: '7,1',
        28_000: '28000,1.25,2020-02-30,"a ""quoted"", name"',
        29_000: '29000,n.n.,2020-01-02,',
      };
      const first = await load(rows(bad), {}, isInStages);
      expect(first.rows).toEqual({ read: 30_000, loaded: 29_997, rejected: 3, filtered: 0 });
      const repaired = first.rejects
        .replace(',7,1\n', ',7,1,2020-01-02,seven\n')
        .replace('28000,1.25,2020-02-30', '28000,1.25,2020-02-28')
        .replace('29000,n.n.,2020', '29000,2.5,2020');
      const second = await load(repaired, {}, isInStages);
      expect(second.columns).toEqual(first.columns);
      expect(second.rows).toEqual({ read: 3, loaded: 3, rejected: 0, filtered: 0 });
      expect(second.cells.map(([id, , , name]) => [id, name])).toEqual([
        [7n, 'seven'],
        [28_000n, 'a "quoted", name'],
        [29_000n, null],
      ]);
      expect(second.warnings).toEqual([expect.stringContaining('rejects file')]);
    });

    it('lists rows that are loaded without a bad value, and says so', async () => {
      const bad = { 28_000: '28000,x,2020-02-30,a', 29_000: '29000,n.n.,2020-01-02,b', 29_001: '29001,,2020-01-02,c' };
      const result = await load(rows(bad), { badValues: { price: 'null' } }, isInStages);
      expect(result.rows).toEqual({ read: 30_000, loaded: 29_999, rejected: 1, filtered: 0 });
      expect(result.cells.filter(([, price]) => price === null)).toHaveLength(2);
      expect(result.rejects).toBe(
        `${[
          '_line,_record,_column,_value,_reason,id,price,day,name',
          '28002,28001,day,2020-02-30,day is not of type date,28000,x,2020-02-30,a',
          '29002,29001,price,n.n.,"price is not of type numeric(18,2); loaded without it",29000,n.n.,2020-01-02,b',
        ].join('\n')}\n`,
      );
    });
  });

  it('lists rows that are loaded without a bad value in files that the text layer reads', async () => {
    const bad = { 5: '5,1,2020-01-02,a 5" nail', 29_000: '29000,n.n.,2020-01-02,b' };
    const result = await load(rows(bad), { badValues: 'null' });
    expect(result.rows).toEqual({ read: 30_000, loaded: 30_000, rejected: 0, filtered: 0 });
    expect(result.rejects.trim().split('\n').slice(1)).toEqual([
      '29002,29001,price,n.n.,"price is not of type numeric(18,2); loaded without it",29000,n.n.,2020-01-02,b',
    ]);
  });

  it('warns when it is loaded with rows that are in the extract already', async () => {
    const first = await load(rows({ 29_000: '29000,n.n.,2020-01-02,b' }), { badValues: 'null' });
    const again = await load(first.rejects.replaceAll('n.n.', '1.25'));
    expect(again.rows.loaded).toBe(1);
    expect(again.warnings).toEqual([
      expect.stringContaining('rejects file'),
      expect.stringContaining('in the first extract, too'),
    ]);
  });

  it('is one record a row, whatever the malformed ones look like', async () => {
    const bad = {
      7: '60,"a',
      300: '61,b"c,d',
      29_000: '29000,1,"x" y,2020-01-02,z',
      29_500: '29500,"1,5","a ""b"", c",d,e',
    };
    const first = await load(rows(bad));
    const rejected = first.rejects.trim().split('\n').slice(1);
    expect(rejected).toHaveLength(first.rows.rejected);
    // Each line by itself has its quotes closed.
    for (const line of rejected) expect(line.split('"').length % 2, line).toBe(1);
    expect(first.rejects).toContain(',"60,""a"\n');
    expect(first.rejects).toContain(',29500,"1,5","a ""b"", c",d,e\n');
    const repaired = first.rejects
      .replace(/"60,""a.*\n/, '60,1,2020-01-02,a\n')
      .replace(/"61,b.*\n/, '61,1,2020-01-02,b\n')
      .replace(/"29000,1.*\n/, '29000,1,2020-01-02,z\n')
      .replace(/29500,"1,5".*\n/, '29500,1,2020-01-02,e\n');
    const second = await load(repaired);
    expect(second.rows).toMatchObject({ read: first.rows.rejected, loaded: first.rows.rejected });
  });

  it('of a rejects file has only the columns of the first file behind its own', async () => {
    const reason = '"amount is not of type bigint"';
    const content = `_line,_record,_column,_value,_reason,id,amount\n${`2,1,amount,x,${reason},2,3\n`.repeat(5)}21,20,amount,oops,${reason},20,oops2\n22,21,,,2 cells,21,"a, b",c\nan odd piece\n`;
    const { rejects } = await load(content, { types: { amount: columnTypeSchema.parse('bigint') } });
    expect(rejects.split('\n')).toEqual([
      '_line,_record,_column,_value,_reason,id,amount',
      '8,7,"","",8 cells instead of 7,21,"a, b",c',
      '9,8,"","",1 cells instead of 7,"an odd piece"',
      '7,6,amount,oops2,amount is not of type bigint,20,oops2',
      '',
    ]);
  });

  it('keeps its first columns when they are asked for', async () => {
    const content = '_line,_record,_column,_value,_reason,id\n3,2,id,x,id is not of type bigint,2\n';
    const { columns, warnings } = await load(content, { columns: ['_reason', 'id'] });
    expect(columns).toEqual([
      ['_reason', 'text'],
      ['id', 'bigint'],
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([false, true])('of an earlier run is removed when nothing is rejected, in stages: %s', async (isInStages) => {
    const path = join(test.dir, 'rejects again.csv');
    const of = async (content: string): Promise<boolean> => {
      const source = join(test.dir, 'source again.csv');
      await writeFile(source, content);
      const file = await checkSourceFile(source);
      const spec = { types: { id: 'bigint' as const }, allowEmpty: false };
      const input = { spec, file, outPath: join(test.dir, 'again.hyper'), rejectsPath: path };
      if (isInStages) await extract({ ...input, profile: await parse(input, context) }, context);
      else await extractFile(input, context);
      return existsSync(path);
    };
    const long = rows({ 29_000: 'x,1.25,2020-01-02,b' });
    expect(await of('id,a\n1,1\nx,1\n')).toBe(true);
    expect(await of('id,a\n1,1\n2,1\n')).toBe(false);
    expect(await of(long)).toBe(true);
    expect(await of(rows({}))).toBe(false);
    await writeFile(path, 'my,own\n1,2\n');
    expect(await of('id,a\n1,1\n2,1\n')).toBe(true);
  });

  it('is not removed while it is the source', async () => {
    const path = join(test.dir, 'repaired.csv');
    await writeFile(path, '_line,_record,_column,_value,_reason,id\n3,2,id,x,id is not of type bigint,2\n');
    const file = await checkSourceFile(path);
    const outPath = join(test.dir, 'repaired.hyper');
    await extractFile({ spec: { types: {}, allowEmpty: false }, file, outPath, rejectsPath: path }, context);
    expect(existsSync(path)).toBe(true);
  });

  it('lists bad values of a column that is named as in the source', async () => {
    const content = `a,a\n${'1,2\n'.repeat(3000)}1,x\n`;
    const badValues = { a_2: 'null' as const };
    expect((await load(content, { badValues })).rows.rejected).toBe(0);
    const header = content.replace('a,a', '" a ",b');
    const named = await load(header.replaceAll('1,x', 'x,1'), { badValues: { ' a ': 'null' } });
    expect(named.rows.rejected).toBe(0);
    await expect(load(content, { badValues: { c: 'null' } })).rejects.toMatchObject({ code: 'COLUMN_UNKNOWN' });
  });

  it('is any file when its header begins otherwise', async () => {
    const { columns } = await load('_line,_record,_column,_value,why,id\n3,2,id,x,y,2\n');
    expect(columns).toHaveLength(6);
  });
});
