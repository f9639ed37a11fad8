import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

const HEADER = 'id,name,day\n';
const LONG = 60_000;

/** Rows as bytes: Latin-1 text, so that each character is one byte. */
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const rowsOf = (count: number, name = 'Zoë'): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, index) => `${index},${name},2020-01-02\n`).join(''));

describe('a damaged text', () => {
  let loader: Loader;
  const load: Loader['load'] = async (content, given) => await loader.load(content, given);

  beforeAll(async () => {
    loader = await startLoader();
  });

  afterAll(async () => {
    await loader[Symbol.asyncDispose]();
  });

  const all = (read: number, rejected = 0) => ({ read, loaded: read - rejected, rejected, filtered: 0 });

  describe.each([
    ['at the beginning', 3],
    ['far down', LONG],
  ])('%s', (_, before) => {
    it('with NULs is loaded without them', async () => {
      const damaged = bytes(`${before},A\0nna\0\0,2020-01-02\n${before + 1},\0,2020\0-01-03\n`);
      const { rows, cells, warnings } = await load(Buffer.concat([bytes(HEADER), rowsOf(before), damaged]));
      expect(rows).toEqual(all(before + 2));
      expect(cells.slice(-2)).toEqual([
        [BigInt(before), 'Anna', '2020-01-02'],
        [BigInt(before + 1), null, '2020-01-03'],
      ]);
      expect(warnings).toEqual([expect.stringContaining(`5 NUL bytes, the first on line ${before + 2}, are left out`)]);
    });

    it('with Windows-1252 among UTF-8 is loaded with all letters', async () => {
      const damaged = Buffer.concat([bytes(`${before},"Ren\xe9e \x96 `), Buffer.from('né",2020-01-02\n')]);
      const { rows, cells, warnings } = await load(Buffer.concat([bytes(HEADER), rowsOf(before), damaged]));
      expect(rows).toEqual(all(before + 1));
      expect(cells.at(-1)).toEqual([BigInt(before), 'Renée – né', '2020-01-02']);
      expect(cells[0]?.[1]).toBe('Zoë');
      expect(warnings).toEqual([expect.stringMatching(`2 bytes, the first on line ${before + 2}, .* Windows-1252`)]);
    });

    it('in rows that are set aside keeps their letters', async () => {
      const damaged = bytes(`x,Ren\xe9,2020-01-02\n${before},J\xf6rg\n7,too,many,\xfcs\n`);
      const spec = { types: { id: 'bigint' } } as const;
      const { rows, rejects } = await load(Buffer.concat([bytes(HEADER), rowsOf(before), damaged]), spec);
      expect(rows).toEqual(all(before + 3, 3));
      expect(rejects).toContain('x,René,2020-01-02\n');
      expect(rejects).toContain(`${before},Jörg\n`);
      expect(rejects).toContain('7,too,many,üs\n');
    });

    it('in a packed file is loaded as well', async () => {
      const damaged = bytes(`${before},Ren\xe9\0,2020-01-02\n`);
      const { rows, cells, warnings } = await load(gzipSync(Buffer.concat([bytes(HEADER), rowsOf(before), damaged])));
      expect(rows).toEqual(all(before + 1));
      expect(cells.at(-1)?.[1]).toBe('René');
      expect(warnings).toHaveLength(2);
    });

    it('beside a row with too few cells and a quote in the middle is loaded as well', async () => {
      const damaged = bytes(`4711\n${before},5" Ren\xe9\0,2020-01-02\n`);
      const { rows, cells, warnings } = await load(Buffer.concat([bytes(HEADER), rowsOf(before), damaged]));
      expect(rows).toEqual(all(before + 2, 1));
      expect(cells.at(-1)?.[1]).toBe('5" René');
      expect(warnings).toHaveLength(2);
    });

    it('in UTF-16 has a mark where something was no character', async () => {
      const good = Buffer.from(`\uFEFF${HEADER}${rowsOf(before).toString()}${before},Re`, 'utf16le');
      const damaged = Buffer.concat([good, Buffer.from([0, 0xd8]), Buffer.from('né\0,2020-01-02\n', 'utf16le')]);
      const { rows, cells, warnings } = await load(damaged);
      expect(rows).toEqual(all(before + 1));
      expect(cells.at(-1)?.[1]).toBe('Re\uFFFDné');
      expect(warnings).toEqual([
        expect.stringContaining(`1 NUL byte, on line ${before + 2}, is left out`),
        expect.stringContaining(`1 place, on line ${before + 2}, is not utf-16le`),
      ]);
    });
  });

  it('in the only row that is set aside, far down, keeps its letters', async () => {
    const { rows, rejects, warnings } = await load(Buffer.concat([bytes(HEADER), rowsOf(LONG), bytes('1,Ren\xe9\n')]));
    expect(rows).toEqual(all(LONG + 1, 1));
    expect(rejects).toContain(',1,René\n');
    expect(warnings).toHaveLength(1);
  });

  it('in the header has names all the same', async () => {
    const { profile, rows } = await load(Buffer.concat([bytes('id\0,stra\xdfe,\xdcber\n'), rowsOf(3)]));
    expect(profile.columns.map(({ name }) => name)).toEqual(['id', 'straße', 'Über']);
    expect(rows).toEqual(all(3));
  });

  it('in the encoding that was given is mended, and said', async () => {
    const content = bytes(`${HEADER}1,Ren\xe9,2020-01-02\n2,Zo\xeb,2020-01-02\n`);
    const { cells, warnings } = await load(content, { csv: { encoding: 'utf-8' } });
    expect(cells.map(([, name]) => name)).toEqual(['René', 'Zoë']);
    expect(warnings.join()).toContain('2 bytes, the first on line 2, are not UTF-8');
    const japanese = await load(content, { csv: { encoding: 'shift_jis' } });
    expect(japanese.rows).toEqual(all(2));
    expect(japanese.warnings.join()).toMatch(/not shift_jis.* state the encoding/);
  });

  it('that ends in a block of NULs, as after a crash, is loaded', async () => {
    const { rows, warnings } = await load(Buffer.concat([bytes(HEADER), rowsOf(300), Buffer.alloc(2000)]));
    expect(rows).toEqual(all(300));
    expect(warnings.join()).toContain('2000 NUL bytes');
  });

  it('is not a text without damage', async () => {
    expect((await load(Buffer.concat([bytes(HEADER), rowsOf(LONG, '日本 – é 😀')]))).warnings).toEqual([]);
  });

  it.each([
    ['PAR1', 'Parquet'],
    ['Hyper\x08\0\0\0', 'Tableau extract'],
    ['\0\x01\x02\x03\x04\x05\x06\x07\x08'.repeat(30), 'binary data'],
  ])('is not what is binary: %j', async (start, what) => {
    await expect(load(Buffer.concat([bytes(start), bytes(HEADER), rowsOf(5)]))).rejects.toMatchObject({
      code: 'SOURCE_BINARY',
      message: expect.stringContaining(what) as string,
    });
  });
});
