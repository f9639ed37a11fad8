import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** How the text of an input is written down. */
export interface InputForm {
  /** Default: `utf-8`; `utf-16` is little-endian with a mark. */
  readonly encoding?: 'utf-8' | 'utf-16' | 'windows-1252';
  readonly gzip?: boolean;
}

const FLUSH_CHARACTERS = 1 << 20;

/** Writes lines into a file, unless it is there already; it is there whole or not at all. */
export async function writeLines(path: string, lines: Iterable<string>, form: InputForm = {}): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  const partial = `${path}.part`;
  const content = Readable.from(encoded(lines, form.encoding ?? 'utf-8'));
  if (form.gzip === true) await pipeline(content, createGzip(), createWriteStream(partial));
  else await pipeline(content, createWriteStream(partial));
  await rename(partial, path);
}

function* encoded(lines: Iterable<string>, encoding: NonNullable<InputForm['encoding']>): Generator<Buffer> {
  // Letters up to U+00FF are the same bytes in Windows-1252; the inputs in that encoding have no others.
  const name = ({ 'utf-8': 'utf8', 'utf-16': 'utf16le', 'windows-1252': 'latin1' } as const)[encoding];
  let text = encoding === 'utf-16' ? '\uFEFF' : '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < FLUSH_CHARACTERS) continue;
    yield Buffer.from(text, name);
    text = '';
  }
  yield Buffer.from(text, name);
}

/** A small generator of 31-bit numbers: quick and the same everywhere. */
export function xorshift(): () => number {
  let state = 0x9e37_79b9 | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}
