const mebibyte = 1024 * 1024;

/** Size of the first chunk: well below the time-outs of slow links. */
export const defaultChunkSizeBytes = 16 * mebibyte;
/** The API takes less than 64 MB a chunk; whether its MB is 10^6 or 2^20 bytes is not documented. */
const maxChunkSizeBytes = 60_000_000;
/** A file may have at most 1000 blocks; some are left for halving. */
const maxBlocks = 900;
/** A chunk faster than this lets the next one be larger. */
const fastChunkMs = 4_000;

/** The first chunk's size for a file. */
export function firstChunkSize(sizeBytes: number, wantedBytes = defaultChunkSizeBytes): number {
  const fewestBytes = Math.ceil(sizeBytes / maxBlocks);
  return Math.max(1, Math.min(Math.max(wantedBytes, fewestBytes), maxChunkSizeBytes));
}

/** The next chunk's size after one that took `tookMs`. */
export function nextChunkSize(chunkBytes: number, tookMs: number, limitBytes = maxChunkSizeBytes): number {
  return tookMs < fastChunkMs ? Math.min(chunkBytes * 2, limitBytes) : chunkBytes;
}

/** The size after a time-out or "too large"; undefined when smaller makes no sense or too many blocks. */
export function smallerChunkSize(chunkBytes: number, sizeBytes: number, smallestBytes = mebibyte): number | undefined {
  const half = Math.floor(chunkBytes / 2);
  if (half < Math.min(smallestBytes, 4096) || sizeBytes / half > 1000) return undefined;
  return half;
}

/** Time-out of a chunk: at 100 kB/s, at least two minutes. */
export function chunkTimeoutMs(chunkBytes: number): number {
  return Math.max(120_000, Math.ceil(chunkBytes / 100));
}
