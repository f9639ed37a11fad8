import { createReadStream } from 'node:fs';

import { Decompress } from 'fzstd';
import createHashes from 'xxhash-wasm';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE_BLOCK = 1;

/**
 * The content of a zstd file, frame by frame. A frame's checksum is verified where it has one, which the decoder does not do.
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1 the format
 */
export async function* unpackZstd(path: string): AsyncGenerator<Buffer> {
  // Before the file: nobody would hear of its errors while this is loaded.
  const { create64 } = await createHashes();
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    yield* framesOf(new PullBytes(file), create64);
  } finally {
    // A reader may have enough before the end.
    file.destroy();
  }
}

async function* framesOf(
  input: PullBytes,
  create64: Awaited<ReturnType<typeof createHashes>>['create64'],
): AsyncGenerator<Buffer> {
  while (!(await input.isAtEnd())) {
    const magic = await input.take(4);
    const number = magic.readUInt32LE();
    if ((number & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      await input.skip((await input.take(4)).readUInt32LE());
      continue;
    }
    if (number !== FRAME_MAGIC) throw new Error('what follows a frame is none');
    const hash = create64();
    let ready: Buffer[] = [];
    const decoder = new Decompress((chunk) => {
      if (chunk.length === 0) return;
      const bytes = Buffer.from(chunk);
      hash.update(bytes);
      ready.push(bytes);
    });
    const descriptor = await input.take(1);
    decoder.push(Buffer.concat([magic, descriptor, await input.take(headerRest(descriptor[0]!))]));
    for (let isLast = false; !isLast;) {
      const header = await input.take(3);
      const block = header.readUIntLE(0, 3);
      isLast = (block & 1) === 1;
      const isRepeated = ((block >>> 1) & 3) === RLE_BLOCK;
      decoder.push(Buffer.concat([header, await input.take(isRepeated ? 1 : block >>> 3)]));
      yield* ready;
      ready = [];
    }
    const hasChecksum = (descriptor[0]! & 4) !== 0;
    const checksum = await input.take(hasChecksum ? 4 : 0);
    decoder.push(checksum, true);
    yield* ready;
    if (hasChecksum && checksum.readUInt32LE() !== Number(hash.digest() & 0xffffffffn)) {
      throw new Error('the checksum of a frame is another one');
    }
  }
}

/** Bytes of a frame's header after its descriptor. */
function headerRest(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const windowBytes = isSingleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  return windowBytes + dictionaryBytes + sizeBytes;
}

/** Takes so many bytes at a time out of pieces of any size. */
class PullBytes {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more());
  }

  async take(size: number): Promise<Buffer> {
    while (this.#rest.length < size) if (!(await this.#more())) throw new Error('it ends in the middle');
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }

  async skip(size: number): Promise<void> {
    let left = size;
    while (left > this.#rest.length) {
      left -= this.#rest.length;
      this.#rest = Buffer.alloc(0);
      if (!(await this.#more())) throw new Error('it ends in the middle');
    }
    this.#rest = this.#rest.subarray(left);
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
