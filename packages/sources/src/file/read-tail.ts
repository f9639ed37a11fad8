import type { SourceFile } from './check-source-file.ts';
import { openSource } from './open-source.ts';

/** The end of a file. */
export interface Tail {
  readonly bytes: Buffer;
  /** Where it begins in the file. */
  readonly start: number;
}

/** Reads at most `limitBytes`, an even number, from the end of a file; it begins at an even place, as UTF-16 needs it. */
export async function readTail(file: SourceFile, limitBytes: number): Promise<Tail> {
  const handle = await openSource(file);
  try {
    const { size } = await handle.stat();
    const first = Math.max(0, size - limitBytes);
    const start = first + (first % 2);
    const buffer = Buffer.allocUnsafe(size - start);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, start + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { bytes: buffer.subarray(0, length), start };
  } finally {
    await handle.close();
  }
}
