import type { Dialect } from '@hyperferry/schema';

import { SourceError } from '../errors.ts';
import { isMended, type MendedText } from '../encoding/mended-text.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import type { Compression } from '../file/open-bytes.ts';
import type { Cell } from '../records/split-cells.ts';
import { openHead } from '../text-layer/open-table.ts';
import { findFooter } from '../text-layer/find-footer.ts';
import { type TableOverrides } from '../text-layer/open-table.ts';
import { joinHeader } from '../text-layer/join-header.ts';
import { doubtfulDelimiter, guessedEncoding, leftOutAbove } from '../text-layer/left-out.ts';
import { sniffText } from '../text-layer/sniff-text.ts';
import { type ColumnName, uniqueColumnNames } from './column-names.ts';

/** How a CSV is written, and its first records. */
export interface SniffedCsv {
  readonly dialect: Dialect;
  readonly encoding: string;
  /** 0 to 1. */
  readonly encodingConfidence: number;
  readonly compression: Compression;
  /** 0 to 1. */
  readonly confidence: number;
  readonly columns: readonly ColumnName[];
  /** Cells of the data records, where all have fewer than the header names: the last columns are filled with nothing. */
  readonly narrowWidth?: number;
  /** Where the footer begins: index of its byte, when the engine could read what stands before it itself. */
  readonly footerStart?: number;
  /** The first data records; header, preamble and footer left out. */
  readonly sample: readonly Cell[][];
  /** Comments stand among the first records. */
  readonly hasComments: boolean;
  /** True when the sample is the whole file. */
  readonly isWhole: boolean;
  /**
   * True when the engine can read the file itself, by `dialect`, down to its last record; else `openTable` and `numberTable` make a copy that it
   * can read. Says nothing of what stands after the sample.
   */
  readonly isPlain: boolean;
  /** True when the engine could read it if it were unpacked, in UTF-8, as `openText` gives it, and cut at `footerStart`. */
  readonly isPlainText: boolean;
  readonly sizeBytes: number;
  /** What was mended in the beginning. */
  readonly mended: MendedText;
  readonly warnings: readonly string[];
}

export interface SniffOptions {
  readonly signal?: AbortSignal;
  /** Data records that all have fewer cells than the header names are filled up; else they are short ones. Default: true. */
  readonly fillsNarrow?: boolean;
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
  const { encoding: _, footerRows: givenFooter, ...given } = overrides;
  const sniffed = sniffText(head.text, head.isWhole, given);
  const { records: rows } = sniffed;
  if (head.text.slice(sniffed.start).trim() === '')
    throw new SourceError('SOURCE_EMPTY', `"${file.name}" has no text but the line that says its delimiter`);
  if (rows.length === 0) {
    throw new SourceError(
      'CSV_RECORD_TOO_LONG',
      `the first record of "${file.name}" does not end within the first MiB`,
    );
  }
  const width = sniffed.bodyWidth;
  const footer = await findFooter(file, head, sniffed, width, givenFooter);
  const isWhole = head.isWhole && sniffed.isWhole;
  const body = rows.slice(sniffed.dialect.skipRows + sniffed.dialect.headerRows);
  const footerRows = isWhole ? Math.min(footer.rows, body.length) : footer.rows;
  const sample = isWhole ? body.slice(0, body.length - footerRows) : body;
  const dialect = { ...sniffed.dialect, footerRows };
  const header =
    dialect.headerRows === 0
      ? undefined
      : joinHeader(
          rows.slice(dialect.skipRows, dialect.skipRows + dialect.headerRows),
          sniffed.hasEndDelimiter ? width - 1 : width,
        );
  const columns = uniqueColumnNames(header ?? Array.from({ length: width }, (_, index) => `c${index + 1}`));
  const isFilled = options.fillsNarrow !== false || !sniffed.isNarrow;
  const isOtherwisePlain =
    !isMended(head.mended) &&
    isOneByte(dialect.delimiter) &&
    (dialect.escape === dialect.quote || dialect.quote === null) &&
    (dialect.newline === '\n' || dialect.newline === '\r\n') &&
    dialect.skipRows === 0 &&
    sniffed.start === 0 &&
    dialect.headerRows <= 1 &&
    columns.length === width &&
    (dialect.headerRows === 0 || rows[0]?.length === width) &&
    sniffed.isRegular;
  const isPlainFile = isOtherwisePlain && head.compression === 'none' && head.encoding === 'utf-8';
  const footerStart = isPlainFile && footerRows > 0 ? footer.start : undefined;
  return {
    dialect,
    encoding: head.encoding,
    encodingConfidence: head.encodingConfidence,
    compression: head.compression,
    confidence: sniffed.confidence,
    columns,
    ...(sniffed.isNarrow && isFilled ? { narrowWidth: width } : {}),
    sample: sample.map((cells) => (cells.length === width && isFilled ? fitted(cells, columns.length) : [...cells])),
    hasComments: sniffed.hasComments,
    isWhole,
    isPlain: isPlainFile && footerRows === 0 && isForEngine(file.path),
    isPlainText: isOtherwisePlain && (footerRows === 0 || footerStart !== undefined),
    ...(footerStart === undefined ? {} : { footerStart }),
    sizeBytes: head.sizeBytes,
    mended: head.mended,
    warnings: [
      ...guessedEncoding(head),
      ...doubtfulDelimiter(sniffed, overrides.delimiter),
      ...renamed(columns),
      ...leftOutAbove(sniffed, overrides),
      ...leftOut(footerRows, givenFooter),
    ],
  };
}

/** The engine takes a file for packed by its name, we by its bytes; and no folder with a semicolon can be allowed to it. */
function isForEngine(path: string): boolean {
  return !/\.(?:gz|gzip|zst|zstd|zip|bz2|lz4|xz)$/i.test(path) && !path.includes(';');
}

/** Data that is narrower than its header throughout has nothing in the last columns; behind a delimiter at the end is no column. */
function fitted(cells: readonly Cell[], width: number): Cell[] {
  const own = cells.length > width && cells.at(-1) === null ? cells.slice(0, -1) : cells;
  return [...own, ...Array.from({ length: Math.max(0, width - own.length) }, () => null)];
}

/** The engine takes delimiters of one byte only. */
function isOneByte(text: string): boolean {
  return text.length === 1 && text.charCodeAt(0) < 0x80;
}

function leftOut(footerRows: number, given: number | undefined): string[] {
  if (footerRows === 0) return [];
  const what = footerRows === 1 ? 'the last record is a footer' : `the last ${footerRows} records are a footer`;
  if (given !== undefined) return [`${what}, as you said, and not loaded`];
  return [`${what} (a total, or a note about the export) and not loaded: set footerRows to 0 to load all`];
}

function renamed(columns: readonly ColumnName[]): string[] {
  return columns
    .filter(({ name, sourceName }) => name !== sourceName.trim())
    .map(({ name, sourceName }) => `column "${sourceName}" is named "${name}" in the extract`);
}
