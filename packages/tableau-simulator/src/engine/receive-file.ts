import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes arriving at a file: written as they come, counted and hashed. */
export interface FileReceiver {
  write(bytes: Uint8Array): Promise<void>;
  readonly sizeBytes: number;
  /** SHA-256 of everything received, in hex; empty without hashing. */
  digest(): string;
  close(): Promise<void>;
}

/** Opens a file for appending. Hashing costs as much as receiving: only where the hash is wanted. */
export async function receiveFile(path: string, options: { readonly hash: boolean }): Promise<FileReceiver> {
  const handle = await open(path, 'a', 0o600);
  const hash = options.hash ? createHash('sha256') : undefined;
  let sizeBytes = 0;
  let closed = false;
  return {
    async write(bytes) {
      hash?.update(bytes);
      let written = 0;
      while (written < bytes.byteLength) {
        const { bytesWritten } = await handle.write(bytes, written);
        written += bytesWritten;
      }
      sizeBytes += bytes.byteLength;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    digest: () => hash?.copy().digest('hex') ?? '',
    async close() {
      if (closed) return;
      closed = true;
      await handle.close();
    },
  };
}
