import type { Dialect } from '@hyperferry/schema';

import { SourceError } from '../errors.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import { readHead } from '../file/read-head.ts';
import { type ColumnName, uniqueColumnNames } from './column-names.ts';
import { decodeHead } from './decode-head.ts';
import { type Cell, parseRecords } from './parse-records.ts';

const HEAD_BYTES = 1 << 20;

/** How a CSV is written, and its first records. */
export interface SniffedCsv {
  readonly dialect: Dialect;
  readonly encoding: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly columns: readonly ColumnName[];
  /** The first data records, header and preamble left out. */
  readonly sample: readonly Cell[][];
  /** True when the sample is the whole file. */
  readonly isWhole: boolean;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

export interface SniffOptions {
  readonly signal?: AbortSignal;
}

/**
 * Finds out how a CSV is written from its first MiB.
 * @throws {SourceError} SOURCE_EMPTY, SOURCE_BINARY, CSV_ENCODING_INVALID
 */
export async function sniffCsv(
  file: SourceFile,
  overrides: Partial<Dialect> = {},
  options: SniffOptions = {},
): Promise<SniffedCsv> {
  options.signal?.throwIfAborted();
  const head = await readHead(file.path, HEAD_BYTES);
  if (head.sizeBytes === 0) throw new SourceError('SOURCE_EMPTY', `"${file.name}" is empty`);
  const { text, encoding } = decodeHead(head.bytes, head.isWhole, file.name);
  if (text.trim() === '') throw new SourceError('SOURCE_EMPTY', `"${file.name}" has no text`);
  const dialect: Dialect = {
    delimiter: ',',
    quote: '"',
    escape: '"',
    newline: findNewline(text),
    headerRows: 1,
    skipRows: 0,
    ...overrides,
  };
  const { records } = parseRecords(text, dialect, { isPartial: !head.isWhole });
  const [header, ...sample] = records;
  if (header === undefined) {
    throw new SourceError('CSV_RECORD_TOO_LONG', `the header of "${file.name}" does not end within the first MiB`);
  }
  const columns = uniqueColumnNames(header.map((cell) => cell ?? ''));
  const warnings = columns
    .filter(({ name, sourceName }) => name !== sourceName)
    .map(({ name, sourceName }) => `column "${sourceName}" is named "${name}" in the extract`);
  return {
    dialect,
    encoding,
    confidence: 1,
    columns,
    sample,
    isWhole: head.isWhole,
    sizeBytes: head.sizeBytes,
    warnings,
  };
}

function findNewline(text: string): Dialect['newline'] {
  const lf = text.indexOf('\n');
  if (lf < 0) return text.includes('\r') ? '\r' : '\n';
  return text[lf - 1] === '\r' ? '\r\n' : '\n';
}
