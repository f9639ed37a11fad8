import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { isTableauError, type TableauError } from '../errors.ts';
import { emptyBody, fileFrame } from '../http/multipart.ts';
import { anyReply, wireText } from '../wire/reply-body.ts';
import { chunkTimeoutMs, firstChunkSize, nextChunkSize, smallerChunkSize } from './chunk-size.ts';
import { openUploadSource, type UploadSource } from './open-source.ts';

export interface UploadInput {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface UploadOptions {
  /** First chunk's size; it adapts to the link from there. Default: 16 MiB. */
  readonly chunkSizeBytes?: number | undefined;
  /** Largest chunk. Default: 60 MB (the API takes less than 64). */
  readonly maxChunkSizeBytes?: number | undefined;
  /** Time for one chunk. Default: at 100 kB/s, at least 120 s. */
  readonly chunkTimeoutMs?: number | undefined;
  /** Bytes that the server has confirmed; goes back when the upload starts again. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that lies on the server, ready for the one request that makes it a data source. */
export interface Upload {
  readonly uploadSessionId: string;
  readonly sizeBytes: number;
  readonly chunks: number;
  /** How often the upload began anew. */
  readonly restarts: number;
}

/** Restarts before the failure is passed on. */
const maxRestarts = 4;

/**
 * Streams a file into an upload session, chunk after chunk. There is no offset and no checksum in the protocol: after
 * a chunk whose fate is unknown the whole session starts again.
 * @throws {TableauError} TABLEAU_FILE_CHANGED, TABLEAU_UPLOAD_LOST, and those of any call
 */
export async function uploadFile(api: Api, input: UploadInput, options: UploadOptions = {}): Promise<Upload> {
  await using source = await openUploadSource(input.path, input.sizeBytes);
  let chunkSize = Math.min(
    firstChunkSize(source.sizeBytes, options.chunkSizeBytes),
    options.maxChunkSizeBytes ?? Number.POSITIVE_INFINITY,
  );
  let limit = options.maxChunkSizeBytes;
  for (let restarts = 0; ; restarts += 1) {
    options.onProgress?.(0);
    try {
      const sent = await uploadOnce(api, source, chunkSize, limit, options);
      await source.assertUnchanged();
      return { ...sent, sizeBytes: source.sizeBytes, restarts };
    } catch (error) {
      if (!(error instanceof ChunkFailure)) throw error;
      const { cause, chunkBytes } = error;
      await source.assertUnchanged();
      const isTooLarge = cause.code === 'TABLEAU_PAYLOAD_TOO_LARGE' || cause.tableauCode === '400016';
      const smaller = smallerChunkSize(chunkBytes, source.sizeBytes, options.chunkSizeBytes);
      if (isTooLarge || cause.code === 'TABLEAU_TIMEOUT') {
        if (smaller === undefined) throw cause;
        chunkSize = smaller;
        limit = smaller;
      }
      const repeatable = isTooLarge || cause.ambiguous || cause.code === 'TABLEAU_UPLOAD_LOST';
      if (!repeatable || (restarts >= maxRestarts && !isTooLarge)) throw cause;
      await api.sleep(isTooLarge ? 0 : 500 * (restarts + 1), options.signal);
    }
  }
}

const sessionSchema = z.object({ fileUpload: z.object({ uploadSessionId: wireText }) });

async function uploadOnce(
  api: Api,
  source: UploadSource,
  firstChunkBytes: number,
  limitBytes: number | undefined,
  options: UploadOptions,
): Promise<{ uploadSessionId: string; chunks: number }> {
  const { signal, onProgress } = options;
  const reply = await api.call(
    { method: 'POST', path: '/fileUploads', body: emptyBody, repeat: 'safe', signal },
    sessionSchema,
  );
  const { uploadSessionId } = reply.fileUpload;
  let chunkBytes = firstChunkBytes;
  let chunks = 0;
  for (let offset = 0; offset < source.sizeBytes; chunks += 1) {
    const length = Math.min(chunkBytes, source.sizeBytes - offset);
    const startedMs = api.nowMs();
    await sendChunk(api, source, uploadSessionId, offset, length, options);
    offset += length;
    onProgress?.(offset);
    chunkBytes = nextChunkSize(chunkBytes, api.nowMs() - startedMs, limitBytes);
  }
  return { uploadSessionId, chunks };
}

async function sendChunk(
  api: Api,
  source: UploadSource,
  uploadSessionId: string,
  offset: number,
  length: number,
  options: UploadOptions,
): Promise<void> {
  const { contentType, head, tail } = fileFrame();
  try {
    await api.call(
      {
        method: 'PUT',
        path: `/fileUploads/${uploadSessionId}`,
        body: {
          contentType,
          sizeBytes: head.length + length + tail.length,
          isStream: true,
          open: () => source.slice(offset, length, head, tail),
        },
        // Strictly one at a time, and never again before it is sure that nothing arrived (TSC #1352).
        repeat: 'clean',
        timeoutMs: options.chunkTimeoutMs ?? chunkTimeoutMs(length),
        signal: options.signal,
      },
      anyReply,
    );
  } catch (error) {
    const root = rootTableauError(error);
    if (root === undefined || root.code === 'TABLEAU_FILE_CHANGED') throw root ?? error;
    throw new ChunkFailure(root, length);
  }
}

/** Reading the file may fail inside the request: that error is the one to tell. */
function rootTableauError(error: unknown): TableauError | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (isTableauError(current) && current.code === 'TABLEAU_FILE_CHANGED') return current;
  }
  return isTableauError(error) ? error : undefined;
}

/** Internal: one chunk's failure with the size that was tried. */
class ChunkFailure extends Error {
  override readonly cause: TableauError;
  readonly chunkBytes: number;

  constructor(cause: TableauError, chunkBytes: number) {
    super(cause.message, { cause });
    this.cause = cause;
    this.chunkBytes = chunkBytes;
  }
}
