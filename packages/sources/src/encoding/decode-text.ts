import { isUtf8 } from 'node:buffer';

export interface DecodeTextOptions {
  /** A label that TextDecoder takes. */
  readonly encoding: string;
  readonly bomBytes: number;
  /** Told once for each line that is not valid UTF-8 in a UTF-8 file: it is read as Windows-1252 instead. */
  readonly onMixedLine?: () => void;
}

const LF = 10;

/** Decodes bytes as they come; nothing is replaced by a question mark: a line that isn't UTF-8 is read as Windows-1252. */
export async function* decodeText(chunks: AsyncIterable<Buffer>, options: DecodeTextOptions): AsyncGenerator<string> {
  const bytes = skipBytes(chunks, options.bomBytes);
  if (options.encoding === 'utf-8') yield* decodeUtf8(bytes, options.onMixedLine ?? (() => {}));
  else yield* decodeOther(bytes, options.encoding);
}

async function* skipBytes(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

async function* decodeOther(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

async function* decodeUtf8(chunks: AsyncIterable<Buffer>, onMixedLine: () => void): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // Whole lines only: what is cut by the end of a chunk must not look broken.
    const end = bytes.lastIndexOf(LF) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield decodeLines(bytes.subarray(0, end), onMixedLine);
    else if (rest.length > 1 << 26) {
      yield decodeLines(rest, onMixedLine);
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield decodeLines(rest, onMixedLine);
}

const latin = new TextDecoder('windows-1252');

function decodeLines(bytes: Buffer, onMixedLine: () => void): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const lf = bytes.indexOf(LF, at);
    const end = lf < 0 ? bytes.length : lf + 1;
    const line = bytes.subarray(at, end);
    if (isUtf8(line)) text += line.toString('utf8');
    else {
      onMixedLine();
      text += latin.decode(line);
    }
    at = end;
  }
  return text;
}
