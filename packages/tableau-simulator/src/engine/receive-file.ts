import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes arriving at a file: written as they come, counted and hashed. */
export interface FileReceiver {
  /** The bytes must not change afterwards: they are kept until the next batch is written. */
  write(bytes: Uint8Array): Promise<void>;
  readonly sizeBytes: number;
  /** SHA-256 of everything received, in hex; empty without hashing. */
  digest(): string;
  close(): Promise<void>;
}

/** Socket reads are small: written together. */
const BATCH_BYTES = 1024 * 1024;

/** Opens a file for appending. Hashing costs as much as receiving: only where the hash is wanted. */
export async function receiveFile(path: string, options: { readonly hash: boolean }): Promise<FileReceiver> {
  const handle = await open(path, 'a', 0o600);
  const hash = options.hash ? createHash('sha256') : undefined;
  let sizeBytes = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let closed = false;
  const flush = async (): Promise<void> => {
    const chunks = pending;
    const expected = pendingBytes;
    pending = [];
    pendingBytes = 0;
    if (chunks.length === 0) return;
    const { bytesWritten } = await handle.writev(chunks);
    if (bytesWritten !== expected)
      throw new Error(`only ${bytesWritten} of ${expected} bytes were written: disk full?`);
  };
  return {
    async write(bytes) {
      hash?.update(bytes);
      pending.push(bytes);
      pendingBytes += bytes.byteLength;
      sizeBytes += bytes.byteLength;
      if (pendingBytes >= BATCH_BYTES) await flush();
    },
    get sizeBytes() {
      return sizeBytes;
    },
    digest: () => hash?.copy().digest('hex') ?? '',
    async close() {
      if (closed) return;
      closed = true;
      try {
        await flush();
      } finally {
        await handle.close();
      }
    },
  };
}
