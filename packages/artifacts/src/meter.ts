import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** A stream that passes bytes on and takes their size and hash on the way. */
export interface Meter {
  readonly stream: Transform;
  sizeBytes(): number;
  sha256(): string;
}

export function createMeter(): Meter {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let digest: string | undefined;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      done(null, chunk);
    },
  });
  return { stream, sizeBytes: () => sizeBytes, sha256: () => (digest ??= hash.digest('hex')) };
}
