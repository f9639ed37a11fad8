import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';

import type { SourceIdentity } from '@hyperferry/schema';

import { SourceError } from '../errors.ts';
import type { SourceFile } from './check-source-file.ts';
import { openSource } from './open-source.ts';

const CHUNK_BYTES = 1 << 20;

export interface ReadIdentityOptions {
  readonly signal?: AbortSignal;
  /** Called after each chunk of 1 MiB with the bytes read so far. */
  readonly onBytes?: (bytes: number) => void;
  /** Called with each chunk: for what else can be learned from the bytes in one read. What it throws ends the reading. */
  readonly onChunk?: (chunk: Buffer) => void;
}

/**
 * Reads the whole file once for its size and SHA-256.
 * @throws {SourceError} SOURCE_CHANGED when the file's size or time of change moved meanwhile, or it is gone; SOURCE_NOT_READABLE
 */
export async function readIdentity(file: SourceFile, options: ReadIdentityOptions = {}): Promise<SourceIdentity> {
  const handle = await openSource(file);
  try {
    const before = await handle.stat();
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let sizeBytes = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, sizeBytes);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      options.onChunk?.(buffer.subarray(0, bytesRead));
      sizeBytes += bytesRead;
      options.onBytes?.(sizeBytes);
    }
    const after = await handle.stat();
    if (after.size !== sizeBytes || before.size !== sizeBytes || before.mtimeMs !== after.mtimeMs) {
      throw changedError(file);
    }
    return { name: file.name, sizeBytes, sha256: hash.digest('hex'), modifiedAt: before.mtime.toISOString() };
  } finally {
    await handle.close();
  }
}

/** Cheap check: does the file still look as it did when its identity was taken? @throws {SourceError} SOURCE_CHANGED */
export async function checkUnchanged(file: SourceFile, identity: SourceIdentity): Promise<void> {
  const now = await stat(file.path).catch(() => undefined);
  if (now?.size !== identity.sizeBytes) throw changedError(file);
  if (identity.modifiedAt !== undefined && now.mtime.toISOString() !== identity.modifiedAt) throw changedError(file);
}

/** What tells a file from itself after a change, and from another one that took its name. */
export type FileStamp = Readonly<Record<'dev' | 'ino' | 'size' | 'mtimeMs', number> & { mtime: Date }>;

/** The stamp of the file that has the name now; undefined when there is none. */
export async function stampFile({ path }: SourceFile): Promise<FileStamp | undefined> {
  return await stat(path).catch(() => undefined);
}

/**
 * Has the name stood for the same, unchanged file since `stamp`? Then all who have opened it since have read the same.
 * @throws {SourceError} SOURCE_CHANGED
 */
export async function checkStamp(file: SourceFile, stamp: FileStamp | undefined): Promise<void> {
  const now = await stampFile(file);
  const isSame =
    now?.ino === stamp?.ino && now?.dev === stamp?.dev && now?.size === stamp?.size && now?.mtimeMs === stamp?.mtimeMs;
  if (!isSame) throw changedError(file);
}

/** The error for a file that is not what it was. */
export function changedError(file: SourceFile): SourceError {
  return new SourceError('SOURCE_CHANGED', `"${file.name}" changed while it was read`);
}
