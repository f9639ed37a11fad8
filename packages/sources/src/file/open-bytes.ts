import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { SourceError } from '../errors.ts';
import type { SourceFile } from './check-source-file.ts';
import { asSourceError, streamSource } from './open-source.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'zip';

/** Compressed files that unpack to more than this many times their size are refused as bombs, from 1 GiB on. */
const MAX_RATIO = 200;
const RATIO_FROM_BYTES = 2 ** 30;

/** The compression of a file by its first bytes. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  // With a file in it, or empty.
  if (head.length >= 4 && [0x04034b50, 0x06054b50].includes(head.readUInt32LE(0))) return 'zip';
  return 'none';
}

/**
 * The bytes of a file, unpacked.
 * @throws {SourceError} SOURCE_ARCHIVE_INVALID for a damaged archive, one with other than one file, or a bomb; SOURCE_CHANGED when it is gone
 */
export async function* openBytes(
  file: SourceFile,
  compression: Compression,
  sizeBytes: number,
): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    yield* streamSource(file, { highWaterMark: 1 << 20 });
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
    const known = asSourceError(error, file);
    if (known instanceof SourceError) throw known;
    throw new SourceError('SOURCE_ARCHIVE_INVALID', `"${file.name}" is a damaged ${compression} file`, {
      cause: error,
    });
  }
}

async function* unpack(file: SourceFile, compression: Exclude<Compression, 'none'>): AsyncGenerator<Buffer> {
  if (compression === 'gzip') {
    // An error of the file is thrown by the reader of the stream; a reader that has enough closes the file as well.
    yield* pipeline(createReadStream(file.path), createGunzip(), () => {}) as AsyncIterable<Buffer>;
    return;
  }
  // Few files need these: loaded when they do.
  if (compression === 'zstd') yield* (await import('./unpack-zstd.ts')).unpackZstd(file.path);
  else yield* (await import('./unpack-zip.ts')).unpackZip(file);
}
