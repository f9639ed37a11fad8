import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';

import { Decompress } from 'fzstd';
import { open as openZip, type Options, type ZipFile } from 'yauzl';

import { SourceError } from '../errors.ts';
import type { SourceFile } from './check-source-file.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'zip';

/** Compressed files that unpack to more than this many times their size are refused as bombs, from 1 GiB on. */
const MAX_RATIO = 200;
const RATIO_FROM_BYTES = 2 ** 30;

/** The compression of a file by its first bytes. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'zip';
  return 'none';
}

/**
 * The bytes of a file, unpacked.
 * @throws {SourceError} SOURCE_ARCHIVE_INVALID for a damaged archive, one with other than one file, or a bomb
 */
export async function* openBytes(
  file: SourceFile,
  compression: Compression,
  sizeBytes: number,
): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    yield* createReadStream(file.path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
    return;
  }
  let unpacked = 0;
  try {
    for await (const chunk of unpack(file, compression)) {
      unpacked += chunk.length;
      if (unpacked > RATIO_FROM_BYTES && unpacked > sizeBytes * MAX_RATIO) {
        throw new SourceError(
          'SOURCE_ARCHIVE_INVALID',
          `"${file.name}" unpacks to more than ${MAX_RATIO} times its size`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError('SOURCE_ARCHIVE_INVALID', `"${file.name}" is a damaged ${compression} file`, {
      cause: error,
    });
  }
}

function unpack(file: SourceFile, compression: Exclude<Compression, 'none'>): AsyncIterable<Buffer> {
  if (compression === 'gzip') {
    const source = createReadStream(file.path);
    const gunzip = createGunzip();
    source.on('error', (error) => gunzip.destroy(error));
    return source.pipe(gunzip);
  }
  return compression === 'zstd' ? unpackZstd(file.path) : unpackZip(file);
}

async function* unpackZstd(path: string): AsyncGenerator<Buffer> {
  let ready: Buffer[] = [];
  const decompress = new Decompress((chunk) => ready.push(Buffer.from(chunk)));
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    decompress.push(chunk);
    yield* ready;
    ready = [];
  }
  decompress.push(new Uint8Array(0), true);
  yield* ready;
}

async function* unpackZip(file: SourceFile): AsyncGenerator<Buffer> {
  const zip = await (promisify(openZip) as (path: string, options: Options) => Promise<ZipFile>)(file.path, {
    lazyEntries: true,
    autoClose: false,
  });
  try {
    const names: string[] = [];
    let content: Readable | undefined;
    const onEntry = promisify(zip.openReadStream.bind(zip)) as (entry: unknown) => Promise<Readable>;
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject).on('end', resolve);
      zip.on('entry', (entry: { fileName: string }) => {
        if (!entry.fileName.endsWith('/') && !entry.fileName.startsWith('__MACOSX/')) names.push(entry.fileName);
        if (names.length !== 1 || content !== undefined) return zip.readEntry();
        return onEntry(entry).then((stream) => {
          content = stream;
          zip.readEntry();
        }, reject);
      });
      zip.readEntry();
    });
    if (names.some((name) => /^(?:xl\/|\[Content_Types\])/.test(name))) {
      throw new SourceError('SOURCE_BINARY', `"${file.name}" is an Excel workbook (.xlsx), not CSV text`);
    }
    if (content === undefined || names.length !== 1) {
      throw new SourceError(
        'SOURCE_ARCHIVE_INVALID',
        `"${file.name}" holds ${names.length} files; a ZIP must hold exactly one`,
      );
    }
    yield* content as AsyncIterable<Buffer>;
  } finally {
    zip.close();
  }
}
