import type { Dialect } from '@hyperferry/schema';

import { detectEncoding } from '../encoding/detect-encoding.ts';
import { decodeText } from '../encoding/decode-text.ts';
import { type MendedText, mendedWarnings, MendingLog } from '../encoding/mended-text.ts';
import { SourceError } from '../errors.ts';
import { assertTable, assertText } from '../file/assert-text.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import { type Compression, compressionOf, openBytes } from '../file/open-bytes.ts';
import { readHead } from '../file/read-head.ts';
import { commentWarnings, doubtfulDelimiter, guessedEncoding, leftOutAbove } from './left-out.ts';
import { readTable, type TextTable } from './read-table.ts';

export interface TableOverrides extends Partial<Dialect> {
  /** A label of the WHATWG encoding standard. */
  readonly encoding?: string;
}

export interface OpenedTable extends TextTable {
  readonly compression: Compression;
  readonly encoding: string;
  /** What was mended so far: complete when all rows have been read. */
  readonly mended: () => MendedText;
  /** What was guessed, left out or mended, in sentences: complete when all rows have been read. */
  readonly warnings: () => readonly string[];
}

/** The beginning of a file as text. */
export interface TextHead {
  readonly text: string;
  readonly encoding: string;
  /** 0 to 1; 1 when it was given. */
  readonly encodingConfidence: number;
  readonly bomBytes: number;
  readonly compression: Compression;
  readonly isWhole: boolean;
  readonly mended: MendedText;
  /** Size of the file as it is, packed or not. */
  readonly sizeBytes: number;
}

const HEAD_BYTES = 1 << 20;

/**
 * Unpacks and decodes the first MiB.
 * @throws {SourceError} SOURCE_BINARY, SOURCE_ARCHIVE_INVALID, CSV_ENCODING_INVALID
 */
export async function openHead(file: SourceFile, overrides: TableOverrides = {}): Promise<TextHead> {
  const packed = await readHead(file, HEAD_BYTES);
  const compression = compressionOf(packed.bytes);
  const head = compression === 'none' ? packed : await unpackedHead(file, compression, packed.sizeBytes);
  const found = detectEncoding(head.bytes, head.isWhole);
  const isGiven = overrides.encoding !== undefined;
  const encoding = isGiven ? knownEncoding(overrides.encoding) : found.encoding;
  const encodingConfidence = isGiven ? 1 : found.confidence;
  assertText(head.bytes, encoding, file.name, [overrides.delimiter, overrides.quote, overrides.escape].join(''));
  const bytes = (async function* () {
    yield head.bytes;
  })();
  const log = new MendingLog();
  const { bomBytes } = found;
  const { isWhole } = head;
  let text = '';
  for await (const piece of decodeText(bytes, { encoding, bomBytes, isCut: !isWhole, log })) text += piece;
  assertTable(text, file.name);
  const { sizeBytes } = packed;
  return { text, encoding, encodingConfidence, bomBytes, compression, isWhole, mended: log.mended, sizeBytes };
}

/**
 * The text layer of a file: unpacked, decoded, split into header and rows by the dialect that its beginning shows.
 * Undefined for an empty file.
 * @throws {SourceError} SOURCE_BINARY, SOURCE_ARCHIVE_INVALID, CSV_ENCODING_INVALID, CSV_RECORD_TOO_LONG
 */
export async function openTable(file: SourceFile, overrides: TableOverrides = {}): Promise<OpenedTable | undefined> {
  const head = await openHead(file, overrides);
  if (head.text === '') return undefined;
  const { compression, encoding, bomBytes, sizeBytes } = head;
  const log = new MendingLog();
  const text = decodeText(openBytes(file, compression, sizeBytes), { encoding, bomBytes, log });
  const { encoding: _, ...dialect } = overrides;
  const table = await readTable(text, dialect, file.name);
  if (table === undefined) return undefined;
  const warnings = (): string[] => [
    ...guessedEncoding(head),
    ...doubtfulDelimiter(table.sniffed, overrides.delimiter),
    ...leftOutAbove(table.sniffed, overrides),
    ...commentWarnings(table.comments()),
    ...mendedWarnings(log.mended, encoding),
  ];
  return { ...table, compression, encoding, mended: () => log.mended, warnings };
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
