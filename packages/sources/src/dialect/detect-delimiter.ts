import type { Dialect } from '@hyperferry/schema';

import type { CellDialect } from '../records/cell-dialect.ts';
import { type ReadRecord, readRecord } from '../records/read-record.ts';
import type { Cell } from '../records/split-cells.ts';
import { cellForm, isValueForm } from './cell-form.ts';

export interface DetectedDelimiter {
  readonly dialect: CellDialect;
  /** The number of cells that most records have. */
  readonly width: number;
  /** 0 to 1: the share of records with that width, less where another dialect does nearly as well. */
  readonly confidence: number;
}

const USUAL = [',', ';', '\t', '|', ' ', ':'];
const UNUSUAL = ['^', '~', '\u0001', '\u001F', '§', '¦', '#', '*', '&', '/', '!', '@', '%', '=', '_', '-'];
/** How likely a delimiter is before anything is looked at. */
const PRIOR: Readonly<Record<string, number>> = { ',': 1, ';': 1, '\t': 1, '|': 0.98, ' ': 0.6, ':': 0.25 };
export const SAMPLE_RECORDS = 2000;
const RATED_RECORDS = 300;

interface Candidate {
  readonly dialect: CellDialect;
  readonly width: number;
  readonly share: number;
  readonly score: number;
}

/** Finds delimiter, quote and escape: the reading in which most records have the same number of well-formed cells. */
export function detectDelimiter(
  text: string,
  newline: Dialect['newline'],
  isWhole: boolean,
  given: { readonly delimiter?: string; readonly quote?: string | null; readonly escape?: string | null },
): DetectedDelimiter {
  const quotes = given.quote === undefined ? likelyQuotes(text) : [given.quote];
  const delimiters = given.delimiter === undefined ? likelyDelimiters(text, newline) : [given.delimiter];
  const candidates: Candidate[] = [];
  for (const quote of quotes) {
    for (const delimiter of delimiters) {
      const escape =
        given.escape === undefined ? likelyEscape(text, quote) : given.escape === quote ? null : given.escape;
      const dialect: CellDialect = { delimiter, skipBlanks: false, quote, escape, newline };
      candidates.push(rate(text, dialect, isWhole));
      // Quotes after `, ` are seen only by a reader that skips the blank.
      if (hasBlankBeforeQuote(text, delimiter, quote))
        candidates.push(rate(text, { ...dialect, skipBlanks: true }, isWhole));
    }
  }
  const sorted = candidates.toSorted((a, b) => b.score - a.score);
  const [best, second] = sorted;
  if (best === undefined || best.score === 0) {
    const dialect = {
      delimiter: given.delimiter ?? ',',
      skipBlanks: false,
      quote: quotes[0] ?? '"',
      escape: null,
      newline,
    };
    return { dialect, width: 1, confidence: 0.5 };
  }
  const lead = second === undefined ? 1 : (best.score - second.score) / best.score;
  return {
    dialect: {
      ...best.dialect,
      skipBlanks: best.dialect.skipBlanks || isFollowedByBlanks(text, best.dialect, isWhole),
    },
    width: best.width,
    confidence: Math.round(Math.min(1, best.share * (0.5 + lead)) * 100) / 100,
  };
}

function rate(text: string, dialect: CellDialect, isWhole: boolean): Candidate {
  const records = sampleRecords(text, dialect, isWhole, undefined, RATED_RECORDS).map(({ cells }) => cells);
  const { width, share } = usualWidth(records);
  if (width < 2 || splitsValues(records, dialect.delimiter)) return { dialect, width: 1, share: 0, score: 0 };
  const prior = PRIOR[dialect.delimiter] ?? 0.4;
  const form = formScore(records.filter((cells) => cells.length === width));
  // A quoteless reading of quoted text leaves quotes at the edges of cells, which `form` punishes.
  return { dialect, width, share, score: share * ((width - 1) / width) ** 0.5 * form * prior };
}

/** Not a delimiter but a part of values: the colon of times, the slash of dates. */
function splitsValues(records: readonly Cell[][], delimiter: string): boolean {
  if ([',', ';', '\t', '|'].includes(delimiter)) return false;
  const lines = records.filter((cells) => cells.length > 1);
  const values = lines.filter((cells) => isValueForm(cellForm(cells.map((cell) => cell ?? '').join(delimiter))));
  return values.length > lines.length * 0.8;
}

/** The width of most records. Where two tables follow each other, the first one's, if it is not much shorter. */
export function usualWidth(records: readonly Cell[][]): { readonly width: number; readonly share: number } {
  const widths = new Map<number, number>();
  const counted = records.filter((cells) => cells.some((cell) => cell !== null));
  const filled = counted.length === 0 ? records : counted;
  for (const cells of filled) {
    widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  }
  // A Map keeps the order in which the widths came: of those that are about as frequent, the first.
  const most = Math.max(0, ...widths.values());
  const [width, count] = [...widths].find(([cells, times]) => times >= most * 0.7 && (cells > 1 || times === most)) ?? [
    1, 0,
  ];
  return { width, share: filled.length === 0 ? 0 : count / filled.length };
}

/** 0 to 1: how much the cells look like cells. */
function formScore(records: readonly Cell[][]): number {
  let total = 0;
  let points = 0;
  for (const cells of records.slice(0, 200)) {
    for (const cell of cells) {
      const form = cellForm(cell);
      total += form === 'empty' ? 0.3 : 1;
      if (isValueForm(form)) points += 1;
      else if (form === 'text') points += 0.7;
      else if (form === 'empty') points += 0.15;
    }
  }
  return Math.max(0.05, total === 0 ? 0 : points / total);
}

/** The first records of a text. */
export function sampleRecords(
  text: string,
  dialect: CellDialect,
  isWhole: boolean,
  width?: number,
  limit: number = SAMPLE_RECORDS,
): ReadRecord[] {
  const records: ReadRecord[] = [];
  for (let at = 0; at < text.length && records.length < limit;) {
    const record = readRecord(text, at, dialect, { isLast: isWhole, width });
    if (record === undefined) break;
    records.push(record);
    at = record.next;
  }
  return records;
}

/** Quotes that stand where cells begin and end; none at all is always a possibility. */
function likelyQuotes(text: string): (string | null)[] {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const double = count(/(?:^|[,;\t|: ^~])"|"(?:[,;\t|: ^~]|\r?$)/gm);
  const single = count(/(?:^|[,;\t|^~])'|'(?:[,;\t|^~]|\r?$)/gm);
  if (double === 0 && single === 0) return ['"'];
  const likely: (string | null)[] = double >= single ? ['"'] : ["'", '"'];
  if (double > 0 && single * 2 > double && double >= single) likely.push("'");
  return likely;
}

/** A backslash before quotes that close nothing is an escape. */
function likelyEscape(text: string, quote: string | null): string | null {
  if (quote === null || !text.includes(`\\${quote}`)) return null;
  const escaped = text.split(`\\${quote}`).length - 1;
  const doubled = text.split(new RegExp(`[^,;\\t|\\s${quote}]${quote}${quote}[^${quote}]`)).length - 1;
  return escaped > doubled ? '\\' : null;
}

function likelyDelimiters(text: string, newline: Dialect['newline']): string[] {
  const present = USUAL.filter((delimiter) => text.includes(delimiter));
  const lines = text
    .slice(0, 100_000)
    .split(newline === '\r' ? '\r' : '\n')
    .slice(0, 100)
    .filter((line) => line.trim() !== '');
  const unusual = UNUSUAL.filter((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    return lines.length > 1 && counts.every((count) => count > 0 && count === counts[0]);
  });
  return [...present, ...unusual];
}

function hasBlankBeforeQuote(text: string, delimiter: string, quote: string | null): boolean {
  return quote !== null && delimiter.trim() !== '' && text.includes(`${delimiter} ${quote}`);
}

/** True when the blanks after the delimiter belong to it: `a, b, "c"`. */
function isFollowedByBlanks(text: string, dialect: CellDialect, isWhole: boolean): boolean {
  if (dialect.delimiter === ' ' || dialect.delimiter === '\t') return false;
  let followed = 0;
  let cells = 0;
  const plain = { ...dialect, skipBlanks: false, quote: null };
  for (const record of sampleRecords(text, plain, isWhole, undefined, 100)) {
    for (const cell of record.cells.slice(1)) {
      if (cell === null) continue;
      cells += 1;
      if (cell.startsWith(' ')) followed += 1;
    }
  }
  return cells > 0 && followed / cells > 0.9;
}
