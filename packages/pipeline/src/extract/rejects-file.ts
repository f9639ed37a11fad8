import { createWriteStream, type WriteStream } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { resolve } from 'node:path';

import { outputError } from '@hyperferry/schema/errors';
import type { Cell } from '@hyperferry/sources';

import type { MalformedRecord } from '../parse/number-records.ts';

/** A row that was set aside, or loaded without the values that don't fit. */
export interface Reject {
  /** Physical line on which the record begins, from 1. */
  readonly line: number;
  /** Number among the data records, from 1. */
  readonly record: number;
  /** Columns whose values don't fit; empty for a malformed record. */
  readonly columns: readonly string[];
  readonly values: readonly string[];
  readonly reason: string;
  /** All cells of the record, or its text as it stands in the source. */
  readonly cells: readonly Cell[] | string;
}

/** Columns that `rejects.csv` has before those of the source. A file that begins with them can be loaded again. */
export const REJECT_COLUMNS = ['_line', '_record', '_column', '_value', '_reason'] as const;

/** How the reason ends of a row that is in the extract, NULL in the place of its bad values. */
export const LOADED_WITHOUT = 'loaded without it';

/** Why these columns of a row don't fit; `isLoaded`: the row is in the extract all the same. */
export function misfitReason(
  bad: readonly { readonly name: string; readonly type: string }[],
  isLoaded: boolean,
): string {
  const reason = bad.map(({ name, type }) => `${name} is not of type ${type}`).join('; ') || 'a value is out of range';
  return isLoaded ? `${reason}; ${LOADED_WITHOUT}` : reason;
}

/**
 * Writes `rejects.csv`: one row for each record that is not loaded, or not wholly, with why, and then the record itself, to be
 * repaired.
 * Any call may fail with DISK_FULL or OUTPUT_NOT_WRITABLE.
 */
export interface RejectsFile extends AsyncDisposable {
  add(reject: Reject): Promise<void>;
  addMalformed(record: MalformedRecord): Promise<void>;
  /** All is on disk, under another name; to be called while the extract can still be given up. */
  settle(): Promise<void>;
  /** Puts the file in its place; when nothing was rejected, one of an earlier run is removed. */
  finish(): Promise<number>;
}

/** The file appears when it is finished, under its name, as a whole. One of an earlier run goes when nothing was rejected. */
export function createRejectsFile(
  path: string | undefined,
  sourceColumns: readonly string[],
  sourcePath: string,
): RejectsFile {
  let out: WriteStream | undefined;
  let failure: unknown;
  let count = 0;
  const partial = `${path}.part`;
  // A rejects file that is loaded again has columns of its own for where and why.
  const skipped = REJECT_COLUMNS.every((name, index) => sourceColumns[index] === name) ? REJECT_COLUMNS.length : 0;
  const settled = async (event: 'drain' | 'close'): Promise<void> => {
    if (failure === undefined) await once(out!, event).catch(() => undefined);
    if (failure !== undefined) throw failure;
  };
  const write = async (text: string): Promise<void> => {
    if (failure !== undefined) throw failure;
    if (out !== undefined && !out.write(text)) await settled('drain');
  };
  const file: RejectsFile = {
    async addMalformed({ line, record, reason, text }) {
      await file.add({ line, record, columns: [], values: [], reason, cells: text });
    },
    async add(reject) {
      count += 1;
      if (path === undefined) return;
      if (out === undefined) {
        out = createWriteStream(partial);
        out.on('error', (error) => (failure = outputError(path, error)));
        await write(`${[...REJECT_COLUMNS, ...sourceColumns.slice(skipped)].map(field).join(',')}\n`);
      }
      const why = [reject.line, reject.record, reject.columns.join('; '), reject.values.join('; '), reject.reason];
      const { cells } = reject;
      const record = typeof cells === 'string' ? recordOf(cells, skipped) : cells.slice(skipped).map(field).join(',');
      await write(`${why.map((value) => field(String(value))).join(',')},${record}\n`);
    },
    async settle() {
      if (out === undefined || out.closed) return;
      out.end();
      await settled('close');
    },
    async finish() {
      if (out === undefined) {
        if (path !== undefined && resolve(path) !== resolve(sourcePath)) await removeStale(path);
        return count;
      }
      await file.settle();
      await rename(partial, path!).catch((error: unknown) => {
        throw outputError(path!, error);
      });
      out = undefined;
      return count;
    },
    async [Symbol.asyncDispose]() {
      if (out === undefined) return;
      out.destroy();
      await rm(partial, { force: true });
    },
  };
  return file;
}

/** What an earlier run rejected must not be taken for this one's. Nothing but a rejects file is removed. */
async function removeStale(path: string): Promise<void> {
  const header = `${REJECT_COLUMNS.join(',')},`;
  try {
    if (!(await lstat(path)).isFile()) return;
    await using handle = await open(path, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(header.length), 0, header.length, 0);
    if (buffer.toString('latin1', 0, bytesRead) === header) await rm(path, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw outputError(path, error);
  }
}

/**
 * A malformed record as it stands in the source, without its first cells; as one quoted cell where it would not be one
 * record of this file: an open quote would take the rows after it along.
 */
function recordOf(text: string, skipped: number): string {
  const ends = cellEnds(text);
  const hasSkipped = skipped === 0 || (ends !== undefined && ends.length > skipped && /^"?\d+"?,"?\d+"?,/.test(text));
  if (ends === undefined || !hasSkipped) return `"${text.replaceAll('"', '""')}"`;
  return skipped === 0 ? text : text.slice(ends[skipped - 1]! + 1);
}

/** Where the cells of a text end; undefined when it is not one record as this file has them. */
function cellEnds(text: string): readonly number[] | undefined {
  const ends: number[] = [];
  for (let at = 0; ; at += 1) {
    if (text[at] === '"') {
      do {
        at = text.indexOf('"', at + 1) + 1;
        if (at === 0) return undefined;
      } while (text[at] === '"');
      if (at < text.length && text[at] !== ',') return undefined;
    } else {
      const comma = text.indexOf(',', at);
      const end = comma < 0 ? text.length : comma;
      if (/["\r\n]/.test(text.slice(at, end))) return undefined;
      at = end;
    }
    ends.push(at);
    if (at === text.length) return ends;
  }
}

/** A cell as RFC 4180 has it; NULL is nothing, an empty text a pair of quotes. */
function field(cell: Cell): string {
  if (cell === null) return '';
  return cell === '' || /[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}
