import { decodeText } from '../encoding/decode-text.ts';
import { isMended, MendingLog } from '../encoding/mended-text.ts';
import { SourceError } from '../errors.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import { openBytes } from '../file/open-bytes.ts';
import { openHead, type TableOverrides } from './open-table.ts';

const PIECE_BYTES = 1 << 20;

/**
 * A file's bytes, unpacked and in UTF-8, without a byte order mark. Bytes of a UTF-8 file are passed on as they are, valid or
 * not; another encoding that something doesn't fit is for `openTable`, which mends it and says so.
 * @throws {SourceError} SOURCE_BINARY, SOURCE_ARCHIVE_INVALID, CSV_ENCODING_INVALID
 */
export async function* openText(
  file: SourceFile,
  overrides: Pick<TableOverrides, 'encoding'> = {},
): AsyncGenerator<Buffer> {
  const { compression, encoding, bomBytes, sizeBytes } = await openHead(file, overrides);
  const bytes = openBytes(file, compression, sizeBytes);
  if (encoding === 'utf-8') yield* inPieces(bytes, bomBytes);
  else {
    const log = new MendingLog();
    const texts = decodeText(bytes, { encoding, bomBytes, log });
    yield* inPieces(encoded(texts, log, `"${file.name}" is not ${encoding} throughout`), 0);
  }
}

async function* encoded(texts: AsyncIterable<string>, log: MendingLog, misfit: string): AsyncGenerator<Buffer> {
  for await (const text of texts) {
    if (isMended(log.mended)) throw new SourceError('CSV_ENCODING_INVALID', misfit);
    yield Buffer.from(text, 'utf8');
  }
}

/** Unpackers give small pieces; whoever takes them has some work for each. */
async function* inPieces(chunks: AsyncIterable<Buffer>, skippedBytes: number): AsyncGenerator<Buffer> {
  let left = skippedBytes;
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const piece = chunk.subarray(Math.min(left, chunk.length));
    left -= chunk.length - piece.length;
    waiting.push(piece);
    length += piece.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
