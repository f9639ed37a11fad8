import { changedError, openSource, type SourceFile } from '@hyperferry/sources';

import type { SeenSource } from '../parse/build-profile.ts';
import type { RecordScan } from './scan-records.ts';

const CHUNK_BYTES = 1 << 20;
/** What is sent on is read in pieces that take no longer than a socket's buffer lasts: the engine must not run dry. */
const SENT_CHUNK_BYTES = 1 << 18;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface ReadCheckedOptions {
  readonly signal: AbortSignal;
  /** Called after each piece with the bytes read so far. */
  readonly onBytes: (bytes: number) => void;
  /** What is given is not used any more when the next piece is asked for: then all pieces are read into the same memory. */
  readonly reusesMemory: boolean;
  /** Called when all has been read, and has not changed meanwhile. */
  readonly onRead: (source: SeenSource) => void;
  /** What stands from this byte on is not scanned. */
  readonly endsAt?: number | undefined;
}

/**
 * Reads a file once and runs a scan over it; gives what the scan lets through.
 * @throws {SourceError} SOURCE_CHANGED, SOURCE_NOT_READABLE, and whatever the scan throws
 */
export async function* readChecked(
  file: SourceFile,
  scan: RecordScan,
  { signal, onBytes, reusesMemory, onRead, endsAt = Infinity }: ReadCheckedOptions,
): AsyncGenerator<Buffer> {
  const handle = await openSource(file);
  try {
    const before = await handle.stat();
    let sizeBytes = 0;
    const chunkBytes = reusesMemory ? CHUNK_BYTES : SENT_CHUNK_BYTES;
    for (;;) {
      signal.throwIfAborted();
      const size = scan.rest.length + chunkBytes;
      const buffer = reusesMemory ? scan.room(size) : Buffer.allocUnsafe(size);
      const { rest } = scan;
      if (!reusesMemory) rest.copy(buffer);
      const { bytesRead } = await handle.read(buffer, rest.length, chunkBytes, sizeBytes);
      const chunk = buffer.subarray(rest.length, rest.length + bytesRead);
      const isMarked = sizeBytes === 0 && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK);
      const scanned = Math.min(bytesRead, Math.max(0, endsAt - sizeBytes));
      sizeBytes += bytesRead;
      const fitting = scan.scan(buffer.subarray(isMarked ? 3 : 0, rest.length + scanned), bytesRead === 0);
      // Sending many small pieces takes longer than copying them together.
      if (fitting.length > 0) yield fitting.length === 1 ? fitting[0]! : Buffer.concat(fitting);
      if (bytesRead === 0) break;
      onBytes(sizeBytes);
    }
    const after = await handle.stat();
    if (after.size !== sizeBytes || before.size !== sizeBytes || before.mtimeMs !== after.mtimeMs) {
      throw changedError(file);
    }
    onRead({ name: file.name, sizeBytes, modifiedAt: before.mtime.toISOString() });
  } finally {
    await handle.close();
  }
}

/** The same for bytes that are unpacked or recoded on the way. `onPiece` is called after each piece of them. */
export async function* scanPieces(
  pieces: AsyncIterable<Buffer>,
  scan: RecordScan,
  { signal, onPiece }: { readonly signal: AbortSignal; readonly onPiece: () => void },
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield* scan.scan(scan.rest.length === 0 ? piece : Buffer.concat([scan.rest, piece]), false);
    onPiece();
  }
  yield* scan.scan(scan.rest, true);
}
