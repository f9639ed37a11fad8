import { type SourceFile, streamSource } from '@hyperferry/sources';

const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of a file, opened when the first ones are asked for: a stream that nobody has begun to read would end the process
 * with an 'error' that nobody listens to, when its signal is aborted or the file cannot be opened.
 */
export async function* readChunks(file: SourceFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* streamSource(file, { highWaterMark: CHUNK_BYTES, signal });
}
