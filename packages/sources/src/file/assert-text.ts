import { isUtf8 } from 'node:buffer';

import { countControls } from '../encoding/control-bytes.ts';
import { completeLength } from '../encoding/detect-encoding.ts';
import { SourceError } from '../errors.ts';
import { nameOfArchive, namesInZip } from './name-of-archive.ts';

interface KnownFormat {
  readonly magic: string;
  readonly name: string;
  /** Text may begin so as well: then the bytes after it decide. */
  readonly isWord?: boolean;
}

const KNOWN_FORMATS: readonly KnownFormat[] = [
  { magic: '\xd0\xcf\x11\xe0', name: 'an old Excel workbook (.xls)' },
  { magic: '%PDF', name: 'a PDF document' },
  { magic: 'PAR1', name: 'a Parquet file' },
  { magic: '\x89PNG', name: 'a PNG picture' },
  { magic: '\xff\xd8\xff', name: 'a JPEG picture' },
  { magic: 'GIF8', name: 'a GIF picture' },
  { magic: 'II*\0', name: 'a TIFF picture' },
  { magic: 'MM\0*', name: 'a TIFF picture' },
  { magic: 'SQLite', name: 'an SQLite database' },
  { magic: 'Hyper\x08\0\0', name: 'a Tableau extract (.hyper)' },
  { magic: '\x7fELF', name: 'a program' },
  { magic: 'MZ', name: 'a Windows program', isWord: true },
  { magic: 'BM', name: 'a BMP picture', isWord: true },
  { magic: 'RIFF', name: 'a sound, film or picture', isWord: true },
  { magic: 'Obj\x01', name: 'an Avro file' },
  { magic: 'ORC', name: 'an ORC file', isWord: true },
  { magic: 'ARROW1', name: 'an Arrow file' },
  { magic: '\x89HDF', name: 'an HDF5 file' },
  { magic: '7z\xbc\xaf', name: 'a 7z archive' },
  { magic: 'Rar!', name: 'a RAR archive' },
  { magic: '\xfd7zXZ', name: 'a file packed with xz' },
  // Within a packed file, whose own packing is known by then.
  { magic: '\x1f\x8b', name: 'a file packed with gzip, packed again' },
  { magic: '\x28\xb5\x2f\xfd', name: 'a file packed with zstd, packed again' },
  { magic: 'BZh', name: 'a file packed with bzip2', isWord: true },
];

/**
 * Refuses what is not a table in text, saying what it is. A few NUL bytes and other damage don't make a text binary.
 * `expected`: control characters that it has for some reason, such as a given delimiter.
 * @throws {SourceError} SOURCE_BINARY
 */
export function assertText(head: Buffer, encoding: string, fileName: string, expected = ''): void {
  const shifts = encoding === 'iso-2022-jp' ? '\x0E\x0F\x1B' : '';
  const binary = !encoding.startsWith('utf-16') && isBinary(head, expected + shifts);
  const known = KNOWN_FORMATS.find(
    ({ magic, isWord }) => head.subarray(0, magic.length).toString('latin1') === magic && (isWord !== true || binary),
  );
  if (known !== undefined) throw new SourceError('SOURCE_BINARY', `"${fileName}" is ${known.name}, not CSV text`);
  if (head.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    const name = nameOfArchive(namesInZip(head)) ?? 'a ZIP archive, packed again';
    throw new SourceError('SOURCE_BINARY', `"${fileName}" is ${name}, not CSV text`);
  }
  if (isTar(head)) throw new SourceError('SOURCE_BINARY', `"${fileName}" is a tar archive, not CSV text`);
  if (binary) throw new SourceError('SOURCE_BINARY', `"${fileName}" holds binary data, not CSV text`);
}

const MARKUP: readonly { readonly start: RegExp; readonly name: string }[] = [
  { start: /^<(?:!doctype html|html|head|body|table|div|script|meta)\b/, name: 'an HTML page' },
  { start: /^<(?:\?xml\b|!doctype\b|!--|[a-z][\w.-]*(?::[\w.-]+)?(?: xmlns[:=]|>\s*<))/, name: 'an XML document' },
  { start: /^(?:\{\s*"|\[\s*(?:\{|\[\s*(?:["\d{[-]|true|false|null)))/, name: 'JSON' },
];

/**
 * Refuses text that is written in another form than a table of delimited cells.
 * @throws {SourceError} SOURCE_BINARY
 */
export function assertTable(text: string, fileName: string): void {
  const start = text.slice(0, 1000).trimStart().toLowerCase();
  const known = MARKUP.find(({ start: pattern }) => pattern.test(start));
  if (known !== undefined) throw new SourceError('SOURCE_BINARY', `"${fileName}" is ${known.name}, not CSV text`);
}

const TAR_MAGIC_AT = 257;

/** A header of 512 bytes, whose name ends with a NUL at the latest before the mode. */
function isTar(head: Buffer): boolean {
  return head.length >= 512 && head.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar' && head.includes(0);
}

/** So many odd bytes are damage, however short the text is. */
const FEW = 4;

/**
 * Control characters in more than one of 100 bytes: not text in any encoding. NULs are not among them, for some programs pad
 * values with them, or write one for an empty text; but no text is mostly NULs, or has many beside bytes that are no UTF-8.
 */
function isBinary(bytes: Buffer, expected: string): boolean {
  const nuls = countNuls(bytes);
  const others = bytes.length - nuls;
  if (countControls(bytes, expected) > Math.max(FEW, others / 100)) return true;
  if (nuls <= Math.max(FEW, bytes.length / 10)) return false;
  return nuls > bytes.length / 2 || !isUtf8(bytes.subarray(0, completeLength(bytes)));
}

function countNuls(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) count += 1;
  return count;
}
