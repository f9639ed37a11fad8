import type { Dialect } from '@hyperferry/schema';

import { detectEncoding } from '../encoding/detect-encoding.ts';
import { decodeText } from '../encoding/decode-text.ts';
import { SourceError } from '../errors.ts';
import { assertText } from '../file/assert-text.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import { type Compression, compressionOf, openBytes } from '../file/open-bytes.ts';
import { readHead } from '../file/read-head.ts';
import { readTable, type TextTable } from './read-table.ts';

export interface TableOverrides extends Partial<Dialect> {
  /** A label of the WHATWG encoding standard. */
  readonly encoding?: string;
}

export interface OpenedTable extends TextTable {
  readonly compression: Compression;
  readonly encoding: string;
  /** Grows while rows are read: lines of a UTF-8 file that were not UTF-8 and were read as Windows-1252. */
  readonly mixedLines: () => number;
}

const HEAD_BYTES = 1 << 20;

/**
 * The text layer of a file: unpacked, decoded, split into header and rows by the dialect that its beginning shows.
 * Undefined for an empty file.
 * @throws {SourceError} SOURCE_BINARY, SOURCE_ARCHIVE_INVALID, CSV_ENCODING_INVALID
 */
export async function openTable(file: SourceFile, overrides: TableOverrides = {}): Promise<OpenedTable | undefined> {
  const packed = await readHead(file.path, HEAD_BYTES);
  const compression = compressionOf(packed.bytes);
  const head = compression === 'none' ? packed : await unpackedHead(file, compression, packed.sizeBytes);
  if (head.bytes.length === 0) return undefined;
  const found = detectEncoding(head.bytes, head.isWhole);
  const encoding = overrides.encoding === undefined ? found.encoding : knownEncoding(overrides.encoding);
  assertText(head.bytes, encoding, file.name);
  let mixed = 0;
  const text = decodeText(openBytes(file, compression, packed.sizeBytes), {
    encoding,
    bomBytes: found.bomBytes,
    onMixedLine: () => (mixed += 1),
  });
  const { encoding: _, ...dialect } = overrides;
  const table = await readTable(text, dialect);
  return table === undefined ? undefined : { ...table, compression, encoding, mixedLines: () => mixed };
}

async function unpackedHead(file: SourceFile, compression: Compression, sizeBytes: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of openBytes(file, compression, sizeBytes)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= HEAD_BYTES) return { bytes: Buffer.concat(chunks), isWhole: false };
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
}

function knownEncoding(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch (error) {
    throw new SourceError('CSV_ENCODING_INVALID', `no encoding is called ${JSON.stringify(label)}`, { cause: error });
  }
}
