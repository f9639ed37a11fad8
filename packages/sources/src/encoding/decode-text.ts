import { isUtf8 } from 'node:buffer';

import { completeLength } from './detect-encoding.ts';
import { countLines, countOf, MendingLog } from './mended-text.ts';

export interface DecodeTextOptions {
  /** A label that TextDecoder takes. */
  readonly encoding: string;
  readonly bomBytes: number;
  /** The bytes are cut off somewhere, perhaps within a character. */
  readonly isCut?: boolean;
  /** Told what is mended. */
  readonly log?: MendingLog;
}

/**
 * Decodes bytes as they come. No text is lost to a damaged byte: NUL is left out, for no CSV means anything by it. A byte
 * that is no part of a UTF-8 character is read as Windows-1252, which most programs write that don't write UTF-8; only in other
 * encodings, where nothing is known of the byte, it becomes U+FFFD.
 */
export async function* decodeText(chunks: AsyncIterable<Buffer>, options: DecodeTextOptions): AsyncGenerator<string> {
  const bytes = skipBytes(chunks, options.bomBytes);
  const log = options.log ?? new MendingLog();
  const isCut = options.isCut === true;
  if (options.encoding === 'utf-8') yield* decodeUtf8(bytes, isCut, log);
  else yield* decodeOther(bytes, options.encoding, isCut, log);
}

async function* skipBytes(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

async function* decodeOther(
  chunks: AsyncIterable<Buffer>,
  encoding: string,
  isCut: boolean,
  log: MendingLog,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) yield mendDecoded(decoder.decode(chunk, { stream: true }), log);
  const rest = isCut ? '' : decoder.decode();
  if (rest !== '') yield mendDecoded(rest, log);
}

function mendDecoded(text: string, log: MendingLog): string {
  const invalid = text.indexOf('\uFFFD');
  if (invalid >= 0) log.addInvalid(countOf('\uFFFD', text), countLines(text, invalid));
  const nul = text.indexOf('\0');
  if (nul >= 0) log.addNuls(countOf('\0', text), countLines(text, nul));
  log.addLines(countLines(text));
  return nul >= 0 ? text.replaceAll('\0', '') : text;
}

async function* decodeUtf8(chunks: AsyncIterable<Buffer>, isCut: boolean, log: MendingLog): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // What is cut by the end of a chunk must not look broken.
    const end = completeLength(bytes);
    rest = bytes.subarray(end);
    if (end > 0) yield mendUtf8(bytes.subarray(0, end), log);
  }
  if (rest.length > 0 && !isCut) yield mendUtf8(rest, log);
}

function mendUtf8(bytes: Buffer, log: MendingLog): string {
  const text = withoutNuls(bytes, log);
  const result = isUtf8(text) ? text.toString('utf8') : mendInvalid(text, log);
  log.addLines(countLines(bytes));
  return result;
}

function withoutNuls(bytes: Buffer, log: MendingLog): Buffer {
  const first = bytes.indexOf(0);
  if (first < 0) return bytes;
  const kept = bytes.filter((byte) => byte !== 0);
  log.addNuls(bytes.length - kept.length, countLines(bytes, first));
  return Buffer.from(kept.buffer, kept.byteOffset, kept.length);
}

const LF = 10;

/** Line by line: most of them are as they should be. */
function mendInvalid(bytes: Buffer, log: MendingLog): string {
  let text = '';
  let feeds = 0;
  for (let at = 0; at < bytes.length;) {
    const lf = bytes.indexOf(LF, at);
    const end = lf < 0 ? bytes.length : lf + 1;
    const line = bytes.subarray(at, end);
    if (isUtf8(line)) text += line.toString('utf8');
    else {
      const mended = mendLine(line);
      log.addInvalid(mended.count, { feeds, returns: feeds === 0 ? countOf('\r', line, mended.first) : 0 });
      text += mended.text;
    }
    feeds += 1;
    at = end;
  }
  return text;
}

/** Windows-1252 from 0x80 to 0x9F; from there on it is Unicode. Not by TextDecoder, which in some versions of Node reads Latin-1. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

function windowsCharacter(byte: number): string {
  return WINDOWS[byte - 0x80] ?? String.fromCharCode(byte);
}

function mendLine(line: Buffer): { readonly text: string; readonly count: number; readonly first: number } {
  let text = '';
  let from = 0;
  let count = 0;
  let first = 0;
  for (let at = 0; at < line.length;) {
    const length = characterLength(line, at);
    if (length === 0) {
      first = count === 0 ? at : first;
      count += 1;
      text += line.toString('utf8', from, at) + windowsCharacter(line[at]!);
      from = at + 1;
    }
    at += Math.max(1, length);
  }
  return { text: text + line.toString('utf8', from), count, first };
}

/** Bytes of the UTF-8 character that begins here; 0 when none does. */
function characterLength(bytes: Buffer, at: number): number {
  const byte = bytes[at]!;
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
