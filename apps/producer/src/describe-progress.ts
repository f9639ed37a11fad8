import type { RunProgress } from '@hyperferry/schema';

/** How far a stage is: `120,000 rows, 12 of 48 MB, 8.10 MB/s, 4.2 s`; its state where nothing is known. */
export function describeProgress(progress: RunProgress): string {
  const { state, rows, bytes, totalBytes, rowsPerSecond, bytesPerSecond, elapsedMs, note } = progress;
  const parts = [
    rows === undefined ? '' : `${rows.toLocaleString('en-US')} rows`,
    bytes === undefined ? '' : showBytes(bytes, totalBytes),
    bytesPerSecond === undefined ? '' : `${megabytes(bytesPerSecond)} MB/s`,
    bytesPerSecond !== undefined || rowsPerSecond === undefined
      ? ''
      : `${rowsPerSecond.toLocaleString('en-US')} rows/s`,
    state === 'started' || elapsedMs === undefined ? '' : `${(elapsedMs / 1000).toFixed(1)} s`,
    note ?? '',
    state === 'failed' ? 'failed' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? state : parts.join(', ');
}

function showBytes(bytes: number, totalBytes: number | undefined): string {
  return totalBytes === undefined || totalBytes === bytes
    ? `${megabytes(bytes)} MB`
    : `${megabytes(bytes)} of ${megabytes(totalBytes)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 10e6 ? 2 : 0);
}
