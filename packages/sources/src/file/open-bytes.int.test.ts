import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';

import { requirePart } from '../../../../test/requirements.ts';
import { sniffCsv } from '../csv/sniff-csv.ts';
import { openTable } from '../text-layer/open-table.ts';
import { openText } from '../text-layer/open-text.ts';
import { compressionOf, openBytes } from './open-bytes.ts';
import { openSource } from './open-source.ts';
import { readIdentity } from './source-identity.ts';

// Numbers pack well and are more than one block; random bytes don't and are kept raw; equal ones are one repeated byte.
const text = Buffer.from(Array.from({ length: 100_000 }, (_, index) => `${index},${index * 7919}\n`).join(''));
const content = Buffer.concat([text, randomBytes(300_000), Buffer.alloc(500_000, 'a')]);

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-bytes-'));
  await writeFile(join(dir, 'content'), content);
});

afterAll(async () => {
  await rm(dir, { recursive: true });
});

async function unpacked(path: string): Promise<Buffer> {
  const packed = await readFile(path);
  const pieces: Buffer[] = [];
  for await (const piece of openBytes({ path, name: 'it' }, compressionOf(packed), packed.length)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The same bytes but for one bit. */
function damaged(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 4, at);
  return copy;
}

describe.skipIf(!requirePart('zstd'))('zstd', () => {
  const pack = (...options: string[]): string => {
    const path = join(dir, 'content.zst');
    execFileSync('zstd', ['-q', '-f', ...options, join(dir, 'content'), '-o', path]);
    return path;
  };

  it.each([[['--check']], [['--no-check']], [['-19', '--long=20']], [['--fast=5', '--no-content-size']]])(
    'is unpacked: %j',
    async (options) => {
      expect((await unpacked(pack(...options))).equals(content)).toBe(true);
    },
  );

  it('may have several frames, and some to be skipped', async () => {
    const path = pack('--check');
    const frame = await readFile(path);
    const skipped = Buffer.alloc(8 + 1_000_000);
    skipped.writeUInt32LE(0x184d2a53, 0);
    skipped.writeUInt32LE(1_000_000, 4);
    await appendFile(path, Buffer.concat([skipped, frame, skipped]));
    expect((await unpacked(path)).equals(Buffer.concat([content, content]))).toBe(true);
  });

  it('is refused with a byte that is another one, or that is missing', async () => {
    const path = pack('--check');
    const packed = await readFile(path);
    for (let at = 1; at < 40; at += 1) {
      await writeFile(path, damaged(packed, Math.floor((packed.length * at) / 40)));
      await expect(unpacked(path)).rejects.toMatchObject({ code: 'SOURCE_ARCHIVE_INVALID' });
    }
    for (const size of [packed.length - 1, packed.length - 4, packed.length - 5, 1000, 7]) {
      await writeFile(path, packed.subarray(0, size));
      await expect(unpacked(path)).rejects.toMatchObject({ code: 'SOURCE_ARCHIVE_INVALID' });
    }
  });
});

describe('zip', () => {
  const pack = async (compress: boolean): Promise<Buffer> => {
    const zip = new ZipFile();
    zip.addBuffer(content, 'content.csv', { compress });
    zip.end();
    return await buffer(zip.outputStream);
  };

  it.each([true, false])(
    'is unpacked, and refused with a byte that is another one (compressed: %s)',
    async (compress) => {
      const path = join(dir, 'content.zip');
      const packed = await pack(compress);
      await writeFile(path, packed);
      expect((await unpacked(path)).equals(content)).toBe(true);
      await writeFile(path, damaged(packed, packed.length >>> 1));
      await expect(unpacked(path)).rejects.toMatchObject({ code: 'SOURCE_ARCHIVE_INVALID' });
    },
  );
});

describe('what is in a ZIP', () => {
  const zipped = async (
    names: readonly string[],
    edit: (bytes: string) => string = (bytes) => bytes,
  ): Promise<string> => {
    const zip = new ZipFile();
    for (const name of names) zip.addBuffer(Buffer.from('a,b\n1,2\n'), name, { compress: false });
    zip.end();
    const path = join(dir, 'some.zip');
    await writeFile(path, Buffer.from(edit((await buffer(zip.outputStream)).toString('latin1')), 'latin1'));
    return path;
  };

  /** The method of packing stands there; 12 is bzip2. */
  const asBzip2 = (bytes: string, at: number): string => `${bytes.slice(0, at)}\x0c${bytes.slice(at + 1)}`;

  it.each([
    ['a Word document (.docx)', ['[Content_Types].xml', 'word/document.xml']],
    ['a binary Excel workbook (.xlsb)', ['[Content_Types].xml', 'xl/workbook.bin']],
    ['an Excel workbook (.xlsx)', ['[Content_Types].xml', 'xl/workbook.xml']],
    ['a PowerPoint presentation (.pptx)', ['[Content_Types].xml', 'ppt/presentation.xml']],
    ['an OpenDocument file', ['mimetype', 'content.xml']],
    ['a packaged Tableau workbook', ['sales.twb', 'Data/sales.hyper']],
  ])('is called %s, also when that is packed again', async (what, names) => {
    const path = await zipped(names);
    const refused = { code: 'SOURCE_BINARY', message: expect.stringContaining(what) as string };
    await expect(sniffCsv({ path, name: 'it' })).rejects.toMatchObject(refused);
    const again = join(dir, 'again.gz');
    await writeFile(again, gzipSync(await readFile(path)));
    await expect(sniffCsv({ path: again, name: 'it' })).rejects.toMatchObject(refused);
  });

  it('may have beside it what file managers leave', async () => {
    const path = await zipped(['.DS_Store', 'data/a.csv', '__MACOSX/data/._a.csv', 'data/._a.csv', 'data/Thumbs.db']);
    expect((await unpacked(path)).toString()).toBe('a,b\n1,2\n');
  });

  it.each([
    ['leads out of the archive', (bytes: string) => bytes.replaceAll('aa/a.csv', '../a.csv')],
    [
      'packed in a way that is not read here',
      (bytes: string) => asBzip2(asBzip2(bytes, bytes.indexOf('PK\x03\x04') + 8), bytes.indexOf('PK\x01\x02') + 10),
    ],
  ])('is not called damaged when its file %s', async (reason, edit) => {
    const path = await zipped(['aa/a.csv'], edit);
    await expect(unpacked(path)).rejects.toMatchObject({
      code: 'SOURCE_ARCHIVE_INVALID',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('may be nothing', async () => {
    await expect(unpacked(await zipped([]))).rejects.toMatchObject({
      code: 'SOURCE_ARCHIVE_INVALID',
      message: expect.stringContaining('holds 0 files') as string,
    });
  });
});

describe('gzip', () => {
  it('is unpacked, and refused with a byte that is another one or missing', async () => {
    const path = join(dir, 'content.gz');
    const packed = gzipSync(content);
    await writeFile(path, packed);
    expect((await unpacked(path)).equals(content)).toBe(true);
    await writeFile(path, damaged(packed, packed.length >>> 1));
    await expect(unpacked(path)).rejects.toMatchObject({ code: 'SOURCE_ARCHIVE_INVALID' });
    await writeFile(path, packed.subarray(0, -1));
    await expect(unpacked(path)).rejects.toMatchObject({ code: 'SOURCE_ARCHIVE_INVALID' });
  });
});

describe.skipIf(process.platform !== 'linux')('a reader that has enough', () => {
  it.each([
    ['gzip', () => Promise.resolve(gzipSync(randomBytes(3_000_000)))],
    ['zip', () => zipOf(randomBytes(3_000_000))],
    ...(requirePart('zstd') ? [['zstd', zstdOf] as const] : []),
  ] as const)('leaves no %s file open', async (compression, pack) => {
    const path = join(dir, `enough.${compression}`);
    const packed = await pack();
    await writeFile(path, packed);
    for await (const _piece of openBytes({ path, name: 'it' }, compression, packed.length)) break;
    const openFiles = async (): Promise<string[]> => {
      const names = await readdir('/proc/self/fd');
      return await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
    };
    await expect.poll(openFiles).not.toContain(path);
  });

  async function zipOf(bytes: Buffer): Promise<Buffer> {
    const zip = new ZipFile();
    zip.addBuffer(bytes, 'one.csv');
    zip.end();
    return await buffer(zip.outputStream);
  }

  function zstdOf(): Promise<Buffer> {
    const path = join(dir, 'enough');
    return writeFile(path, randomBytes(3_000_000)).then(() => {
      execFileSync('zstd', ['-q', '-f', path, '-o', `${path}.packed`]);
      return readFile(`${path}.packed`);
    });
  }
});

it.each(['none', 'gzip', 'zip', 'zstd'] as const)(
  'a %s file that is gone by then is an error of its reader',
  async (kind) => {
    const reading = openBytes({ path: join(dir, 'gone'), name: 'it' }, kind, 100).next();
    await expect(reading).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  },
);

it('a file that is gone is no defect of ours wherever it is opened', async () => {
  const gone = { path: join(dir, 'gone'), name: 'gone.csv' };
  const message = '"gone.csv" was removed while it was read';
  const error = { code: 'SOURCE_CHANGED', message };
  await expect(readIdentity(gone)).rejects.toMatchObject(error);
  await expect(sniffCsv(gone)).rejects.toMatchObject(error);
  await expect(openTable(gone)).rejects.toMatchObject(error);
  await expect(openText(gone).next()).rejects.toMatchObject(error);
  await expect(openSource(gone)).rejects.toMatchObject(error);
});
