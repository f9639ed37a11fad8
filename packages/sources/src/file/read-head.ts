import type { SourceFile } from './check-source-file.ts';
import { openSource } from './open-source.ts';

/** The beginning of a file. */
export interface Head {
  readonly bytes: Buffer;
  /** Size of the whole file when it was opened. */
  readonly sizeBytes: number;
  /** True when `bytes` is all there is. */
  readonly isWhole: boolean;
}

/** Reads at most `limitBytes` from the beginning of a file. */
export async function readHead(file: SourceFile, limitBytes: number): Promise<Head> {
  const handle = await openSource(file);
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafe(Math.min(limitBytes, size));
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { bytes: buffer.subarray(0, length), sizeBytes: size, isWhole: length === size };
  } finally {
    await handle.close();
  }
}
