import { createReadStream } from 'node:fs';

import type { SourceFile } from '@hyperferry/sources';

const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of a file, opened when the first ones are asked for: a stream that nobody has begun to read would end the process
 * with an 'error' that nobody listens to, when its signal is aborted or the file cannot be opened.
 */
export async function* readChunks(file: Pick<SourceFile, 'path'>, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* createReadStream(file.path, { highWaterMark: CHUNK_BYTES, signal }) as AsyncIterable<Buffer>;
}
