import { execFileSync } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';

import { requirePart } from '../../../../test/requirements.ts';
import { type Loader, startLoader } from './load-both-ways.test-kit.ts';

// What files are written in, packed in and delimited by, down to the extract.

let loader: Loader;

beforeAll(async () => {
  loader = await startLoader();
});

afterAll(async () => {
  await loader[Symbol.asyncDispose]();
});

const CSV = 'id,day,city\n1,2024-01-02,Rome\n2,2024-01-03,Oslo\n3,2024-01-04,"Bonn, West"\n';
const TABLE = [
  [1n, 'Rome'],
  [2n, 'Oslo'],
  [3n, 'Bonn, West'],
];

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return await buffer(zip.outputStream);
}

async function expectTable(
  content: string | Buffer,
  given: Parameters<Loader['load']>[1] = {},
  name?: string,
): Promise<void> {
  const { rows, cells, types } = await loader.load(content, given, name);
  expect(rows).toEqual({ read: 3, loaded: 3, rejected: 0, filtered: 0 });
  expect(types).toEqual(['bigint', 'date', 'text']);
  expect(cells.map(([id, , city]) => [BigInt(String(id)), city])).toEqual(TABLE);
}

describe('an encoding', () => {
  // Names of persons and towns, in the encodings that their languages are written in.
  it.each([
    [
      'iso-8859-2',
      'ae616e6574612044766ff8e16b6f76e12c506c7a65f20a4a69f8ed2052f9be69e86b612c50f8ed6272616d0aa9e1726b6120c865726ee12c54f86562ede80aa575626f6ded7220a9bb6173746efd2c4b6fb9696365',
      'Žaneta Dvořáková,Plzeň;Jiří Růžička,Příbram;Šárka Černá,Třebíč;Ľubomír Šťastný,Košice',
    ],
    [
      'iso-8859-5',
      'b0ddddd020b8d2d0ddded2d02cbcdee1dad2d00ab1dee0d8e120bfd5e2e0ded22cc1d0dcd0e0d00ab2d5e0d020c1dcd8e0ddded2d02cbad0d7d0ddec0ab3dbd5d120baded7dbded22cbfd5e0dcec',
      'Анна Иванова,Москва;Борис Петров,Самара;Вера Смирнова,Казань;Глеб Козлов,Пермь',
    ],
    [
      'iso-8859-7',
      'b6edede120d0e1f0e1e4eff0effdebeff52cc1e8deede10ac3e9fef1e3eff220cde9eaefebdceff52cd0dcf4f1e10ac5ebddede720c3e5f9f1e3dfeff52cc2fcebeff20acddfeaeff220c4e7ece7f4f1dfeff52cd7e1ede9dc',
      'Άννα Παπαδοπούλου,Αθήνα;Γιώργος Νικολάου,Πάτρα;Ελένη Γεωργίου,Βόλος;Νίκος Δημητρίου,Χανιά',
    ],
    [
      'shift_jis',
      '9363928691be98592c938c8b9e0a97e996d889d48e712c91e58de30a8db293a188ea98592c96bc8cc389ae0a8d828bb494fc8de72c8e449679',
      '田中太郎,東京;鈴木花子,大阪;佐藤一郎,名古屋;高橋美咲,札幌',
    ],
    [
      'gb18030',
      'cdf5d0a1c3f72cb1b1bea90ac0eec0f62cc9cfbaa30ad5c5ceb02cb9e3d6dd0ac1f5d1f32cc9eedbda',
      '王小明,北京;李丽,上海;张伟,广州;刘洋,深圳',
    ],
    [
      'windows-1252',
      '5a6fe92c4bf66c6e20800a4afc7267656e2c8c75660a4e6feb6c2c5afc726963680ac56e67737472f66d2c4d616c6df6',
      'Zoé,Köln €;Jürgen,Œuf;Noël,Zürich;Ångström,Malmö',
    ],
  ])('%s may be found or given', async (encoding, bytes, text) => {
    const names = Buffer.from(bytes, 'hex').toString('latin1').split('\n');
    const rows = Array.from({ length: 12 }, (_, index) => `${index + 10},${names[index % names.length]}\n`);
    const content = Buffer.from(['id,name,city\n', ...rows].join(''), 'latin1');
    const expected = text.split(';').map((line) => line.split(','));
    const given = await loader.load(content, { csv: { encoding } });
    expect(given.cells.slice(0, 4).map((row) => row.slice(1))).toEqual(expected);
    expect(given.profile.encodingConfidence).toBe(1);
    const found = await loader.load(content);
    // What can't be told apart by so few letters is warned of.
    if (found.warnings.join().includes('the encoding is guessed'))
      expect(found.profile.encodingConfidence).toBeLessThan(0.5);
    else expect(found.cells).toEqual(given.cells);
  });
});

describe('a packed file', () => {
  it('of gzip or ZIP is loaded', async () => {
    await expectTable(gzipSync(CSV));
    await expectTable(await zipOf({ 'data.csv': CSV }));
  });

  it.skipIf(!requirePart('zstd'))('of zstd is loaded', async () => {
    await expectTable(execFileSync('zstd', ['-q', '-c'], { input: CSV }));
  });

  it.each(['plain.csv.gz', 'plain.csv.ZST', 'plain;.csv'])(
    'is known by its bytes, not by a name such as %s',
    async (name) => {
      await expectTable(CSV, {}, name);
      // A long one, with a row to set aside and a footer: each way of loading.
      const long = `id,day,city\n${`7,2024-01-02,${'Rome '.repeat(12)}\n`.repeat(20_000)}`;
      for (const [end, rows] of [
        ['', { read: 20_000, loaded: 20_000, rejected: 0, filtered: 0 }],
        ['8,2024-01-02\n', { read: 20_001, loaded: 20_000, rejected: 1, filtered: 0 }],
        ['Total: 20000\n', { read: 20_001, loaded: 20_000, rejected: 0, filtered: 1 }],
      ] as const)
        expect((await loader.load(long + end, {}, name)).rows).toEqual(rows);
    },
  );

  it('that is a workbook, or holds two files, is refused', async () => {
    const workbook = await zipOf({
      '[Content_Types].xml': '<Types/>',
      'xl/workbook.xml': '<workbook/>',
      'xl/worksheets/sheet1.xml': '<worksheet/>',
    });
    await expect(loader.load(workbook)).rejects.toMatchObject({
      code: 'SOURCE_BINARY',
      message: expect.stringContaining('Excel workbook') as string,
    });
    await expect(loader.load(await zipOf({ 'a.csv': CSV, 'b.csv': CSV }))).rejects.toMatchObject({
      code: 'SOURCE_ARCHIVE_INVALID',
      message: expect.stringContaining('holds 2 files') as string,
    });
  });

  it.each([
    ['a tar archive', (tar: Buffer) => tar],
    ['a tar archive, packed', (tar: Buffer) => gzipSync(tar)],
  ])('is refused when it is %s', async (_, pack) => {
    const header = Buffer.alloc(512);
    header.write('data.csv', 0);
    header.write('0000644\x000000000\x000000000\x0000000000077\x0000000000000\x00012345\x00 0', 100, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    const content = Buffer.alloc(512);
    content.write(CSV);
    const tar = Buffer.concat([header, content, Buffer.alloc(1024)]);
    await expect(loader.load(pack(tar))).rejects.toMatchObject({
      code: 'SOURCE_BINARY',
      message: expect.stringContaining('tar archive') as string,
    });
  });
});

describe('a dialect', () => {
  it.each(['||', '~|~', ';;', '\u0001', '^', ', '])('with the delimiter %j is loaded', async (delimiter) => {
    await expectTable(CSV.replaceAll(/,(?! )/g, delimiter));
  });

  it('with comments is loaded without them', async () => {
    const text = `# exported by x, y\n# on 2024-01-02\n${CSV.replace('\n2,', '\n# a note\n2,')}`;
    await expectTable(text);
    expect((await loader.load(text)).warnings.join()).toContain('the first 2 lines begin with #');
  });

  it('with the line of Excel that says the delimiter is loaded without it', async () => {
    await expectTable(`sep=;\r\n${CSV.replaceAll(/,(?! )/g, ';').replaceAll('\n', '\r\n')}`);
    await expect(loader.load('sep=;\n')).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  });

  it('of data rows that end with a delimiter is loaded without a column for it', async () => {
    const { cells, rows } = await loader.load(`${CSV.replaceAll(/(?<=^\d.*)$/gm, ',')}4,2024-01-05,Bern\n`);
    expect(rows).toEqual({ read: 4, loaded: 4, rejected: 0, filtered: 0 });
    expect(cells.map((row) => row.length)).toEqual([3, 3, 3, 3]);
  });

  it('is loaded as it is given', async () => {
    await expectTable("id;day;city\n1;2024-01-02;Rome\n2;2024-01-03;Oslo\n3;2024-01-04;'Bonn, West'\n", {
      csv: { delimiter: ';', quote: "'" },
    });
    const escaped = CSV.replace('Rome', '"a \\"b\\", c"');
    expect((await loader.load(escaped, { csv: { escape: '\\' } })).cells[0]?.[2]).toBe('a "b", c');
    await expectTable(CSV.replaceAll('\n', '\r'), { csv: { newline: '\r' } });
    await expectTable(CSV.replace('\n1', '\r\n1').replace('\n2', '\r2'), { csv: { newline: 'mixed' } });
    await expectTable(`x,y,z\n# no record\n\nw\n${CSV}`, { csv: { skipRows: 2 } });
  });

  it('is the same for all that is loaded, whatever the second MiB looks like', async () => {
    const calm = Array.from({ length: 40_000 }, (_, index) => `${index}||ééééééééé é`);
    const odd = Array.from({ length: 20_000 }, (_, index) => `${index}||x\ry\rz`);
    const { rows, profile } = await loader.load(['id||name', ...calm, ...odd, ''].join('\n'));
    expect(profile.dialect.newline).toBe('\n');
    expect(rows).toEqual({ read: 60_000, loaded: 60_000, rejected: 0, filtered: 0 });
  });
});
