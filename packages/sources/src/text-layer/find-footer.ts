import { isUtf8 } from 'node:buffer';

import { decodeText } from '../encoding/decode-text.ts';
import { countFooter } from '../dialect/detect-footer.ts';
import { saysNote, saysTotal } from '../dialect/footer-words.ts';
import type { SourceFile } from '../file/check-source-file.ts';
import { readTail } from '../file/read-tail.ts';
import { isNoRecord } from '../records/is-no-record.ts';
import type { ReadRecord } from '../records/read-record.ts';
import { createRecordReader } from '../records/record-reader.ts';
import type { TextHead } from './open-table.ts';
import type { SniffedText } from './sniff-text.ts';

/** Records at the end that are not loaded. */
export interface Footer {
  readonly rows: number;
  /** Index of its first byte, in a file that is plain UTF-8. */
  readonly start?: number;
}

const TAIL_BYTES = 1 << 16;
const NO_FOOTER: Footer = { rows: 0 };
/** Lines at the end whose words decide whether it is worth reading records. */
const LAST_LINES = 12;

/**
 * The footer of a file, from its last 64 kB; of a packed one only when it is small. `given`: how many records it has, for
 * whoever knows better.
 */
export async function findFooter(
  file: SourceFile,
  head: TextHead,
  sniffed: SniffedText,
  width: number,
  given: number | undefined,
): Promise<Footer> {
  if (given === 0 || (given === undefined && width < 2)) return NO_FOOTER;
  const tail = await textTail(file, head);
  if (tail === undefined) return given === undefined ? NO_FOOTER : { rows: given };
  if (given === undefined && !mayHaveFooter(tail.text)) return NO_FOOTER;
  const { dialect } = sniffed;
  const isAll = tail.start === 0 && head.isWhole;
  const above = isAll ? dialect.skipRows + dialect.headerRows : 0;
  const records = recordsOf(tail.text, sniffed, width, isAll ? sniffed.start : 0).slice(above);
  const known = given === undefined ? countFooter(records, width) : given;
  const rows = isAll ? Math.min(known, records.length) : known;
  const first = records[records.length - rows];
  if (rows === 0 || first === undefined || tail.byteStart === undefined) return { rows };
  return { rows, start: tail.byteStart + Buffer.byteLength(tail.text.slice(0, first.at)) };
}

interface TextTail {
  readonly text: string;
  /** 0 when the text is all there is. */
  readonly start: number;
  /** Where it begins in the file, if characters can be counted back into bytes. */
  readonly byteStart?: number;
}

async function textTail(file: SourceFile, head: TextHead): Promise<TextTail | undefined> {
  const { encoding, compression, bomBytes } = head;
  if (head.isWhole) {
    const cut = head.text.length <= TAIL_BYTES ? 0 : afterNewline(head.text, head.text.length - TAIL_BYTES);
    return { text: head.text.slice(cut), start: cut };
  }
  if (compression !== 'none') return undefined;
  const { bytes, start } = await readTail(file, TAIL_BYTES);
  if (encoding === 'utf-8') {
    const from = bytes.findIndex((byte) => byte === 10 || byte === 13) + 1;
    const whole = bytes.subarray(from);
    if (isUtf8(whole) && !whole.includes(0))
      return { text: whole.toString('utf8'), start: start + from, byteStart: start + from };
  }
  let text = '';
  const pieces = (async function* () {
    yield start < bomBytes ? bytes.subarray(bomBytes - start) : bytes;
  })();
  for await (const piece of decodeText(pieces, { encoding, bomBytes: 0 })) text += piece;
  return { text: text.slice(afterNewline(text, 0)), start: Math.max(1, start) };
}

function afterNewline(text: string, from: number): number {
  const found = text.slice(from).search(/[\r\n]/);
  return found < 0 ? text.length : from + found + 1;
}

/** A quick look, so that the usual file costs next to nothing. */
function mayHaveFooter(text: string): boolean {
  const lines = text
    .slice(-4096)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(-LAST_LINES);
  return lines.some((line) => {
    // The first cell with something in it, whatever the delimiter; a note may hold some itself.
    const content = line.replace(/^[\s,;|"']+/, '').replace(/[\s,;|"']+$/, '');
    const [first = ''] = content.split(/["']?[,;\t|^~]["']?/);
    return saysTotal(first) || saysNote(first) || saysNote(content) || !/[,;\t|^~]/.test(content);
  });
}

type PlacedRecord = ReadRecord & { readonly at: number; readonly isAfterBlank: boolean };

function recordsOf(text: string, { cells }: SniffedText, width: number, start: number): PlacedRecord[] {
  const records: PlacedRecord[] = [];
  const read = createRecordReader(cells);
  let isAfterBlank = false;
  for (let at = start; at < text.length;) {
    const record = read(text, at, { isLast: true, width });
    if (record === undefined) break;
    const isBlank = isNoRecord(record);
    if (!isBlank) records.push({ ...record, at, isAfterBlank });
    isAfterBlank = isBlank || record.cells.every((cell) => cell === null || cell.trim() === '');
    at = record.next;
  }
  return records;
}
