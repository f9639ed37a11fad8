import type { Dialect } from '@hyperferry/schema';

import { SourceError } from '../errors.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import type { Compression } from '../file/open-bytes.ts';
import type { Cell } from '../records/split-cells.ts';
import { openHead } from '../text-layer/open-table.ts';
import { type TableOverrides } from '../text-layer/open-table.ts';
import { bodyWidth, joinHeader } from '../text-layer/read-table.ts';
import { sniffText } from '../text-layer/sniff-text.ts';
import { type ColumnName, uniqueColumnNames } from './column-names.ts';

/** How a CSV is written, and its first records. */
export interface SniffedCsv {
  readonly dialect: Dialect;
  readonly encoding: string;
  readonly compression: Compression;
  /** 0 to 1. */
  readonly confidence: number;
  readonly columns: readonly ColumnName[];
  /** The first data records, header and preamble left out. */
  readonly sample: readonly Cell[][];
  /** True when the sample is the whole file. */
  readonly isWhole: boolean;
  /**
   * True when the engine can read the file itself, by `dialect`; else `openTable` and `numberTable` make a copy that it
   * can read. Says nothing of what stands after the sample.
   */
  readonly isPlain: boolean;
  /** True when the engine could read it if it were unpacked and in UTF-8, as `openText` gives it. */
  readonly isPlainText: boolean;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

export interface SniffOptions {
  readonly signal?: AbortSignal;
}

/**
 * Finds out how a CSV is written from its first MiB.
 * @throws {SourceError} SOURCE_EMPTY, SOURCE_BINARY, SOURCE_ARCHIVE_INVALID, CSV_ENCODING_INVALID
 */
export async function sniffCsv(
  file: SourceFile,
  overrides: TableOverrides = {},
  options: SniffOptions = {},
): Promise<SniffedCsv> {
  options.signal?.throwIfAborted();
  const head = await openHead(file, overrides);
  if (head.text.trim() === '') {
    throw new SourceError(
      'SOURCE_EMPTY',
      head.sizeBytes === 0 ? `"${file.name}" is empty` : `"${file.name}" has no text`,
    );
  }
  const { encoding: _, ...given } = overrides;
  const sniffed = sniffText(head.text, head.isWhole, given);
  const { dialect, records: rows } = sniffed;
  const sample = rows.slice(dialect.skipRows + dialect.headerRows);
  if (rows.length === 0) {
    throw new SourceError(
      'CSV_RECORD_TOO_LONG',
      `the first record of "${file.name}" does not end within the first MiB`,
    );
  }
  const width = bodyWidth(sniffed);
  const header =
    dialect.headerRows === 0
      ? undefined
      : joinHeader(rows.slice(dialect.skipRows, dialect.skipRows + dialect.headerRows), width);
  const columns = uniqueColumnNames(header ?? Array.from({ length: width }, (_, index) => `c${index + 1}`));
  const isPlainText =
    isOneByte(dialect.delimiter) &&
    (dialect.escape === dialect.quote || dialect.quote === null) &&
    (dialect.newline === '\n' || dialect.newline === '\r\n') &&
    dialect.skipRows === 0 &&
    dialect.headerRows <= 1 &&
    columns.length === width &&
    (dialect.headerRows === 0 || rows[0]?.length === width) &&
    sniffed.isRegular;
  const isPlain = isPlainText && head.compression === 'none' && head.encoding === 'utf-8';
  return {
    dialect,
    encoding: head.encoding,
    compression: head.compression,
    confidence: sniffed.confidence,
    columns,
    sample: sample.map((cells) => (cells.length === width ? padded(cells, columns.length) : [...cells])),
    isWhole: head.isWhole && sniffed.isWhole,
    isPlain,
    isPlainText,
    sizeBytes: head.sizeBytes,
    warnings: renamed(columns),
  };
}

/** Data that is narrower than its header throughout has nothing in the last columns. */
function padded(cells: readonly Cell[], width: number): Cell[] {
  return [...cells, ...Array.from({ length: width - cells.length }, () => null)];
}

/** The engine takes delimiters of one byte only. */
function isOneByte(text: string): boolean {
  return text.length === 1 && text.charCodeAt(0) < 0x80;
}

function renamed(columns: readonly ColumnName[]): string[] {
  return columns
    .filter(({ name, sourceName }) => name !== sourceName)
    .map(({ name, sourceName }) => `column "${sourceName}" is named "${name}" in the extract`);
}
