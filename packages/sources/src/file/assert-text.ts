import { SourceError } from '../errors.ts';

const KNOWN_FORMATS: readonly { readonly magic: readonly number[]; readonly name: string }[] = [
  { magic: [0xd0, 0xcf, 0x11, 0xe0], name: 'an old Excel workbook (.xls)' },
  { magic: [0x25, 0x50, 0x44, 0x46], name: 'a PDF document' },
  { magic: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file' },
  { magic: [0x89, 0x50, 0x4e, 0x47], name: 'a PNG picture' },
  { magic: [0xff, 0xd8, 0xff], name: 'a JPEG picture' },
  { magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], name: 'an SQLite database' },
];

/**
 * Refuses what is not a table in text, saying what it is.
 * @throws {SourceError} SOURCE_BINARY
 */
export function assertText(head: Buffer, encoding: string, fileName: string): void {
  const known = KNOWN_FORMATS.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
  if (known !== undefined) throw new SourceError('SOURCE_BINARY', `"${fileName}" is ${known.name}, not CSV text`);
  if (!encoding.startsWith('utf-16') && isBinary(head)) {
    throw new SourceError('SOURCE_BINARY', `"${fileName}" holds binary data, not CSV text`);
  }
  const start = head.subarray(0, 1000).toString('latin1').trimStart().toLowerCase();
  if (/^(?:<!doctype html|<html\b)/.test(start))
    throw new SourceError('SOURCE_BINARY', `"${fileName}" is an HTML page, not CSV text`);
  if (/^<\?xml\b/.test(start)) throw new SourceError('SOURCE_BINARY', `"${fileName}" is an XML document, not CSV text`);
  if (/^(?:\{\s*"|\[\s*\{)/.test(start)) throw new SourceError('SOURCE_BINARY', `"${fileName}" is JSON, not CSV text`);
}

/** Control characters, other than those of text, in more than one of 100 bytes: not text in any encoding. */
function isBinary(bytes: Buffer): boolean {
  let controls = 0;
  for (const byte of bytes) {
    const isText = byte >= 32 || byte === 9 || byte === 10 || byte === 13 || byte === 12;
    // Separators that some programs write between cells and records.
    const isSeparator = byte === 1 || (byte >= 28 && byte <= 31) || byte === 26;
    if (!isText && !isSeparator) controls += 1;
  }
  return controls > bytes.length / 100;
}
