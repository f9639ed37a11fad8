import { isUtf8 } from 'node:buffer';

import { SourceError } from '../errors.ts';

/** The head of a file as text. */
export interface DecodedHead {
  readonly text: string;
  readonly encoding: string;
  readonly bomBytes: number;
}

const KNOWN_FORMATS: readonly { readonly magic: readonly number[]; readonly name: string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], name: 'a ZIP archive or an Excel workbook (.xlsx)' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], name: 'an old Excel workbook (.xls)' },
  { magic: [0x25, 0x50, 0x44, 0x46], name: 'a PDF document' },
  { magic: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file' },
  { magic: [0x89, 0x50, 0x4e, 0x47], name: 'a PNG picture' },
  { magic: [0xff, 0xd8, 0xff], name: 'a JPEG picture' },
  { magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], name: 'an SQLite database' },
];

/**
 * Decodes the first bytes of a file.
 * @throws {SourceError} SOURCE_BINARY saying what the file seems to be, CSV_ENCODING_INVALID
 */
export function decodeHead(bytes: Buffer, isWhole: boolean, fileName: string): DecodedHead {
  const known = KNOWN_FORMATS.find(({ magic }) => magic.every((byte, index) => bytes[index] === byte));
  if (known !== undefined) throw new SourceError('SOURCE_BINARY', `"${fileName}" is ${known.name}, not CSV text`);
  const bomBytes = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const body = bytes.subarray(bomBytes, isWhole ? bytes.length : completeLength(bytes));
  if (isBinary(body)) throw new SourceError('SOURCE_BINARY', `"${fileName}" holds binary data, not CSV text`);
  if (!isUtf8(body)) {
    throw new SourceError('CSV_ENCODING_INVALID', `"${fileName}" is not valid UTF-8`);
  }
  return { text: body.toString('utf8'), encoding: 'utf-8', bomBytes };
}

/** Control characters, other than those of text, in more than one of 100 bytes: not text in any encoding. */
function isBinary(bytes: Buffer): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) controls += 1;
  return controls > bytes.length / 100;
}

/** Length without a UTF-8 sequence that is cut at the end. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < wanted ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
