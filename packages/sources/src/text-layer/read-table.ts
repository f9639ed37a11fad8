import type { Dialect } from '@hyperferry/schema';

import { isNoRecord } from '../records/is-no-record.ts';
import { isTooLong, MAX_RECORD_BYTES, recordTooLong } from '../records/record-limit.ts';
import type { RecordReading } from '../records/read-record.ts';
import { createRecordReader } from '../records/record-reader.ts';
import type { Cell } from '../records/split-cells.ts';
import { fitCells, joinHeader } from './join-header.ts';
import { type SniffedText, sniffText } from './sniff-text.ts';

/** The text layer of a table: what was read, before typing. */
export interface TextTable {
  readonly sniffed: SniffedText;
  /** Columns: those of the header, where it names more than the data has. */
  readonly width: number;
  /** Cells of a proper data record. */
  readonly bodyWidth: number;
  /** Joined names of the header rows; undefined when the file has no header. */
  readonly header: readonly string[] | undefined;
  /** The data records: short ones padded, empty cells past the width trimmed, others kept. */
  readonly rows: AsyncIterable<string[]>;
  /** The same records as they stand, with their lines; read either these or `rows`, once. */
  readonly records: AsyncIterable<TableRecord>;
  /** Records of the footer that were left out: known when all have been read. */
  readonly leftOut: () => number;
  /** Comments below the beginning of the table: known when all records have been read. */
  readonly comments: () => Readonly<CommentLines>;
}

/** Lines that begin with # and are no data. */
export interface CommentLines {
  count: number;
  /** Physical line of the first one, from 1. */
  firstLine?: number;
}

/** A data record as it was read. */
export interface TableRecord {
  /** Physical line on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
  /** Its text as it stands in the file, without the newline. */
  readonly raw: string;
  readonly reading: RecordReading;
}

const HEAD_CHARS = 1 << 20;

/**
 * Reads a CSV from decoded text, in bounded memory. Undefined for a text without content. Footers are not looked for: as many
 * records as `given.footerRows` says are left out at the end. Errors name the text by `sourceName`.
 * @throws {SourceError} CSV_RECORD_TOO_LONG, also while records are read
 */
export async function readTable(
  chunks: AsyncIterable<string>,
  given: Partial<Dialect> = {},
  sourceName = 'the text',
): Promise<TextTable | undefined> {
  const feed = createFeed(chunks);
  while (!feed.isLast && feed.text.length < HEAD_CHARS) await feed.fill(0);
  if (feed.text.trim() === '') return undefined;

  const sniffed = sniffText(feed.text, feed.isLast, given);
  if (feed.text.slice(sniffed.start).trim() === '') return undefined;
  const { dialect } = sniffed;
  const { bodyWidth } = sniffed;
  const width = sniffed.hasEndDelimiter ? bodyWidth - 1 : bodyWidth;
  const comments: CommentLines = { count: 0 };
  const records = pullRecords(feed, sniffed, comments, sourceName);
  for (let row = 0; row < dialect.skipRows; row += 1) await records.next();
  const headerRows: (readonly Cell[])[] = [];
  while (headerRows.length < dialect.headerRows) {
    const { value, done } = await records.next();
    if (done === true) break;
    headerRows.push(value.cells);
  }
  const header = headerRows.length === 0 ? undefined : joinHeader(headerRows, width);
  let leftOut = 0;
  const body =
    dialect.footerRows === 0 ? records : withoutLast(records, dialect.footerRows, (left) => (leftOut = left));
  const columns = header?.length ?? width;
  return {
    sniffed,
    width: columns,
    bodyWidth,
    header,
    rows: fitRows(body, columns),
    records: body,
    leftOut: () => leftOut,
    comments: () => comments,
  };
}

/** Text as it comes: the part that is not read yet. */
interface Feed {
  text: string;
  isLast: boolean;
  /** Drops what stands before `at` and takes the next piece. */
  fill(at: number): Promise<void>;
}

function createFeed(chunks: AsyncIterable<string>): Feed {
  const source = chunks[Symbol.asyncIterator]();
  const feed: Feed = {
    text: '',
    isLast: false,
    async fill(at) {
      const { value, done } = await source.next();
      feed.text = feed.text.slice(at) + (done === true ? '' : value);
      feed.isLast = done === true;
    },
  };
  return feed;
}

/** The records of a text; blank lines and comments are none. */
async function* pullRecords(
  feed: Feed,
  sniffed: SniffedText,
  comments: CommentLines,
  sourceName: string,
): AsyncGenerator<TableRecord, undefined> {
  const { cells, dialect } = sniffed;
  let headerLeft = dialect.skipRows + dialect.headerRows;
  const { start } = sniffed;
  let line = start === 0 ? 1 : 1 + countLines(feed.text.slice(0, start), cells.newline);
  const read = createRecordReader(cells);
  // Those of another width than the header have been sniffed by themselves.
  const readBody = sniffed.bodyWidth === sniffed.width ? read : createRecordReader(cells);
  for (let at = start; ;) {
    const [width, readNext] = headerLeft > 0 ? [sniffed.width, read] : [sniffed.bodyWidth, readBody];
    const record = at < feed.text.length ? readNext(feed.text, at, { isLast: isEnough(feed, at), width }) : undefined;
    if (record !== undefined) {
      const text = feed.text.slice(at, record.next);
      // A quote that stays open for so long is given up: this is one line, unless it has other newlines than those before.
      const mayGoOn = !feed.isLast && record.next === feed.text.length;
      if (mayGoOn && isTooLong(withoutNewline(text))) throw recordTooLong(sourceName, line);
      at = record.next;
      if (record.isComment === true) {
        comments.firstLine ??= line;
        comments.count += 1;
      } else if (!isNoRecord(record)) {
        headerLeft -= 1;
        const raw = withoutNewline(text);
        if (isTooLong(raw)) throw recordTooLong(sourceName, line);
        yield { line, cells: record.cells, raw, reading: record.reading };
      }
      line += countLines(text, cells.newline);
    } else if (feed.isLast) {
      return undefined;
    } else {
      await feed.fill(at);
      at = 0;
    }
  }
}

/** Is there as much text as a record may have, or no more of it? */
function isEnough({ text, isLast }: Feed, at: number): boolean {
  return isLast || text.length - at > MAX_RECORD_BYTES;
}

function withoutNewline(text: string): string {
  return text.replace(/(?:\r\n|\n|\r)$/, '');
}

/** All but the last `count`. */
async function* withoutLast<Item>(
  items: AsyncIterable<Item>,
  count: number,
  onEnd: (left: number) => void,
): AsyncGenerator<Item> {
  const waiting: Item[] = [];
  for await (const item of items) {
    if (waiting.push(item) > count) yield waiting.shift()!;
  }
  onEnd(waiting.length);
}

/** At least one. */
function countLines(text: string, newline: Dialect['newline']): number {
  const char = newline === '\r' ? '\r' : '\n';
  let lines = 0;
  for (let at = text.indexOf(char); at >= 0; at = text.indexOf(char, at + 1)) lines += 1;
  return Math.max(1, lines);
}

async function* fitRows(records: AsyncIterable<TableRecord>, width: number): AsyncGenerator<string[]> {
  for await (const { cells } of records) yield fitCells(cells, width);
}
