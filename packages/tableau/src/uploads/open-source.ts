import fs from 'node:fs';
import { open } from 'node:fs/promises';
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
/** Buffers of a slice: one with the socket, one waiting, one being read, one to spare. */
const slotCount = 4;

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
      slice: (start, length, head, tail) => createSlice(handle.fd, path, { start, length, head, tail }),
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

interface Slice {
  readonly start: number;
  readonly length: number;
  readonly head: Buffer;
  readonly tail: Buffer;
}

/**
 * One slice as a stream whose buffers are used again. A fresh one for each read would be megabytes of garbage a
 * millisecond, and the collector would take as long as the upload. What makes it safe: a full buffer is larger than any
 * socket's high-water mark, so a pipe asks for the one after next only when the kernel has taken it ('drain').
 */
function createSlice(fd: number, path: string, { start, length, head, tail }: Slice): Readable {
  const slots = Array.from({ length: Math.min(slotCount, Math.ceil(length / readSizeBytes)) }, () =>
    Buffer.allocUnsafeSlow(readSizeBytes),
  );
  let reads = 0;
  let done = -1;
  return new Readable({
    highWaterMark: readSizeBytes,
    read() {
      if (done < 0) {
        done = 0;
        this.push(head);
        return;
      }
      if (done === length) {
        this.push(tail);
        this.push(null);
        return;
      }
      const slot = slots[reads % slots.length] ?? Buffer.allocUnsafeSlow(readSizeBytes);
      const wanted = Math.min(readSizeBytes, length - done);
      fs.read(fd, slot, 0, wanted, start + done, (error, bytesRead) => {
        if (error !== null) this.destroy(error);
        else if (bytesRead === 0) this.destroy(changed(path, 'it became shorter'));
        else {
          done += bytesRead;
          reads += 1;
          // A part may be small enough to wait in the socket without a word: it gets bytes of its own.
          this.push(bytesRead === readSizeBytes ? slot : Buffer.from(slot.subarray(0, bytesRead)));
        }
      });
    },
  });
}

function changed(path: string, how: string): TableauError {
  return new TableauError('TABLEAU_FILE_CHANGED', `the file to upload changed: ${path}: ${how}; nothing was published`);
}
