import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { TableauError } from '../errors.ts';

/** A file on disk that is read in slices, and that must stay as it was. */
export interface UploadSource extends AsyncDisposable {
  readonly sizeBytes: number;
  /** `head`, the slice, `tail` as one stream; ends with an error if the file has become shorter. */
  slice(start: number, length: number, head: Buffer, tail: Buffer): Readable;
  /** @throws {TableauError} TABLEAU_FILE_CHANGED */
  assertUnchanged(): Promise<void>;
}

/** Bytes for each read from disk: large enough for speed, small enough for flat memory. */
const readSizeBytes = 512 * 1024;

/**
 * Opens the file to upload; the handle is our own, so nobody can close it in the middle.
 * @throws {TableauError} TABLEAU_FILE_CHANGED when its size is not the expected one
 */
export async function openUploadSource(path: string, expectedSizeBytes: number): Promise<UploadSource> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw new TableauError('TABLEAU_FILE_CHANGED', `the file to upload cannot be opened: ${path}`, { cause: error });
  });
  try {
    const before = await handle.stat();
    if (!before.isFile() || before.size !== expectedSizeBytes) {
      throw changed(path, `it has ${before.size} bytes instead of ${expectedSizeBytes}`);
    }
    return {
      sizeBytes: before.size,
      slice: (start, length, head, tail) =>
        Readable.from(readSlice(handle, path, start, length, head, tail), {
          objectMode: false,
          highWaterMark: readSizeBytes,
        }),
      async assertUnchanged() {
        const after = await handle.stat();
        if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw changed(path, 'it was written to');
      },
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* readSlice(
  handle: FileHandle,
  path: string,
  start: number,
  length: number,
  head: Buffer,
  tail: Buffer,
): AsyncGenerator<Buffer> {
  yield head;
  for (let done = 0; done < length;) {
    const wanted = Math.min(readSizeBytes, length - done);
    // A fresh buffer for each read: the socket may still hold the one before.
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, start + done);
    if (bytesRead === 0) throw changed(path, 'it became shorter');
    done += bytesRead;
    yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
  }
  yield tail;
}

function changed(path: string, how: string): TableauError {
  return new TableauError('TABLEAU_FILE_CHANGED', `the file to upload changed: ${path}: ${how}; nothing was published`);
}
