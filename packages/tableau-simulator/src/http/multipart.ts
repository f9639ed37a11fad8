import { RestError } from './rest-error.ts';

/** One part of a multipart/mixed body, as its header arrives; the bytes follow in `onData`. */
export interface PartHeader {
  readonly name: string;
  readonly filename?: string;
  readonly contentType: string;
}

export interface PartSink {
  onPart(header: PartHeader): Promise<void> | void;
  onData(bytes: Uint8Array): Promise<void> | void;
  onPartEnd(): Promise<void> | void;
}

const MAX_HEADER_BYTES = 16 * 1024;

/**
 * The boundary of a Content-Type.
 * @throws {RestError} 400000 when the type is not multipart/mixed or has no boundary
 */
export function boundaryOf(contentType: string | undefined): string {
  if (contentType === undefined || !/^\s*multipart\/mixed\s*(;|$)/i.test(contentType)) {
    throw new RestError('400000', 'The request must be multipart/mixed.');
  }
  const match = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new RestError('400000', 'The multipart request has no boundary.');
  return boundary;
}

/**
 * Reads a multipart body as a stream: flat memory however large a part is. Header names in any case, CRLF or LF,
 * preamble and epilogue are tolerated.
 * @throws {RestError} 400000 when the body is not well-formed
 */
export async function readMultipart(body: AsyncIterable<Uint8Array>, boundary: string, sink: PartSink): Promise<void> {
  const delimiter = Buffer.from(`--${boundary}`);
  let buffer: Buffer = Buffer.alloc(0);
  let state = 'preamble' as 'preamble' | 'headers' | 'data' | 'epilogue';

  // Handles as much as it can; false means that more bytes are needed.
  const step = async (): Promise<boolean> => {
    if (state === 'epilogue') return false;
    if (state === 'headers') {
      const end = headerEnd(buffer);
      if (end === undefined) {
        if (buffer.length > MAX_HEADER_BYTES) throw new RestError('400000', 'A part header is too long.');
        return false;
      }
      await sink.onPart(parsePartHeader(buffer.toString('utf8', 0, end.at)));
      buffer = buffer.subarray(end.next);
      state = 'data';
      return true;
    }
    const found = findDelimiter(buffer, delimiter);
    if (found === undefined) {
      // Keep what may be the beginning of a delimiter: line break, dashes, boundary, and what decides how it ends.
      const keep = delimiter.length + 4;
      if (buffer.length > keep) {
        const cut = buffer.length - keep;
        if (state === 'data') await sink.onData(buffer.subarray(0, cut));
        buffer = buffer.subarray(cut);
      }
      return false;
    }
    if (found === 'undecided') return false;
    if (state === 'data') {
      if (found.at > 0) await sink.onData(buffer.subarray(0, found.at));
      await sink.onPartEnd();
    }
    buffer = buffer.subarray(found.next);
    state = found.closing ? 'epilogue' : 'headers';
    return true;
  };

  // Adds a chunk behind what was kept, without copying it when no delimiter can lie over the seam.
  const add = async (chunk: Buffer): Promise<void> => {
    const seam = delimiter.length + 4;
    if (
      state === 'data' &&
      chunk.length > seam &&
      !Buffer.concat([buffer, chunk.subarray(0, seam)]).includes(delimiter)
    ) {
      if (buffer.length > 0) await sink.onData(buffer);
      buffer = chunk;
      return;
    }
    buffer = Buffer.concat([buffer, chunk]);
  };

  let begun = false;
  for await (const bytes of body) {
    if (state === 'epilogue') continue;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The first delimiter has no line break before it: give it one.
    await add(begun ? chunk : Buffer.concat([Buffer.from('\r\n'), chunk]));
    begun = true;
    while (await step());
  }
  if (state !== 'epilogue') throw new RestError('400000', 'The multipart request is incomplete.');
}

interface Delimiter {
  readonly at: number;
  readonly next: number;
  readonly closing: boolean;
}

function findDelimiter(buffer: Buffer, delimiter: Buffer): Delimiter | 'undecided' | undefined {
  let from = 0;
  for (;;) {
    const index = buffer.indexOf(delimiter, from);
    if (index < 0) return undefined;
    from = index + 1;
    if (index === 0 || buffer[index - 1] !== 0x0a) continue;
    const at = index > 1 && buffer[index - 2] === 0x0d ? index - 2 : index - 1;
    const after = index + delimiter.length;
    if (buffer.length < after + 2) return 'undecided';
    if (buffer[after] === 0x2d && buffer[after + 1] === 0x2d) return { at, next: after + 2, closing: true };
    let end = after;
    while (buffer[end] === 0x20 || buffer[end] === 0x09) end += 1;
    if (end >= buffer.length) return 'undecided';
    if (buffer[end] === 0x0a) return { at, next: end + 1, closing: false };
    if (buffer[end] === 0x0d && end + 1 >= buffer.length) return 'undecided';
    if (buffer[end] === 0x0d && buffer[end + 1] === 0x0a) return { at, next: end + 2, closing: false };
  }
}

function headerEnd(buffer: Buffer): { readonly at: number; readonly next: number } | undefined {
  // A part may have no header at all: it then begins with the empty line.
  if (buffer[0] === 0x0a) return { at: 0, next: 1 };
  if (buffer[0] === 0x0d && buffer[1] === 0x0a) return { at: 0, next: 2 };
  const crlf = buffer.indexOf('\r\n\r\n');
  const lf = buffer.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { at: crlf, next: crlf + 4 };
  return lf < 0 ? undefined : { at: lf, next: lf + 2 };
}

/** The header of a part in any dialect: `form-data;` or not, quoted or not, `filename=""`, raw UTF-8, `%22`. */
export function parsePartHeader(text: string): PartHeader {
  let disposition = '';
  let contentType = 'text/plain';
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-disposition') disposition = value;
    if (name === 'content-type') contentType = value.toLowerCase();
  }
  const parameters = dispositionParameters(disposition);
  const filename = parameters.get('filename');
  return {
    name: parameters.get('name') ?? '',
    contentType,
    ...(filename === undefined || filename === '' ? {} : { filename }),
  };
}

function dispositionParameters(disposition: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const match of disposition.matchAll(/([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    const value = match[2]?.replaceAll(/\\(["\\])/g, '$1') ?? match[3] ?? '';
    const decoded = value.replaceAll(/%(22|0d|0a)/gi, (_, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
    parameters.set((match[1] ?? '').toLowerCase(), decoded);
  }
  return parameters;
}
