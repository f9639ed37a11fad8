import type { Dialect } from '@hyperferry/schema';

import { type CellDialect, toCellDialect } from '../records/cell-dialect.ts';
import type { ReadRecord } from '../records/read-record.ts';
import { createRecordReader } from '../records/record-reader.ts';
import type { Cell } from '../records/split-cells.ts';
import { cellForm, isValueForm } from './cell-form.ts';
import { widthOfNamedTable } from './find-named-table.ts';
import { likelyDelimiters, priorOf } from './likely-delimiters.ts';
import { hasValueColumn, isOneColumn, isWeak, joinsDigits } from './one-column.ts';

export interface DetectedDelimiter {
  readonly dialect: CellDialect;
  /** The number of cells that most records have. */
  readonly width: number;
  /** 0 to 1: the share of records with that width, less where another dialect does nearly as well. */
  readonly confidence: number;
  /** The delimiter that does best besides. */
  readonly next?: string | undefined;
  /** It is a small table among notes: most records are narrower. */
  readonly isAmongNotes: boolean;
}

/** A reading that fits fewer records is compared with that of a small table among notes. */
const SMALL_SHARE = 0.7;

export const SAMPLE_RECORDS = 2000;
const RATED_RECORDS = 300;

interface Candidate {
  readonly dialect: CellDialect;
  readonly width: number;
  readonly share: number;
  readonly score: number;
  readonly records: readonly Cell[][];
  /** As sure as this reading can be, however many records it fits. */
  readonly limit: number;
}

/** What is known of the dialect. */
export type GivenDialect = Partial<Pick<Dialect, 'delimiter' | 'quote' | 'escape'>>;

/** Finds delimiter, quote and escape: the reading in which most records have the same number of well-formed cells. */
export function detectDelimiter(
  text: string,
  newline: Dialect['newline'],
  isWhole: boolean,
  given: GivenDialect,
): DetectedDelimiter {
  const quotes = given.quote === undefined ? likelyQuotes(text) : [given.quote];
  const isGiven = given.delimiter !== undefined;
  const asked = toCellDialect({ delimiter: given.delimiter ?? ',', quote: null, escape: null, newline });
  const delimiters = isGiven ? [asked.delimiter] : likelyDelimiters(text, newline);
  const candidates: Candidate[] = [];
  const escapesFor = (quote: string | null): readonly (string | null)[] =>
    given.escape === undefined ? likelyEscapes(text, quote) : [given.escape === quote ? null : given.escape];
  for (const quote of quotes) {
    for (const escape of escapesFor(quote)) {
      for (const delimiter of delimiters) {
        const skipBlanks = isGiven && asked.skipBlanks;
        const dialect: CellDialect = { delimiter, skipBlanks, quote, escape, newline };
        candidates.push(rate(text, dialect, isWhole, given));
        // Quotes after `, ` are seen only by a reader that skips the blank.
        if (!isGiven && hasBlankBeforeQuote(text, delimiter, quote))
          candidates.push(rate(text, { ...dialect, skipBlanks: true }, isWhole, given));
      }
    }
  }
  const sorted = withoutParts(candidates).toSorted((a, b) => b.score - a.score);
  const [best] = sorted;
  const next = nextDelimiter(sorted, best?.score === 0 ? undefined : best);
  if (!isGiven && (best === undefined || best.score === 0 || best.share < SMALL_SHARE)) {
    const named = namedTable(candidates);
    if (named !== undefined && named.width > (best?.width ?? 1)) return { ...named, next };
  }
  if (best === undefined || best.score === 0) {
    const quote = quotes[0] === undefined ? '"' : quotes[0];
    const found = { ...asked, quote, escape: escapesFor(quote)[0] ?? null };
    // The more there is that could be a delimiter, the less sure.
    const isDoubtful = candidates.some(({ share }) => share >= 0.9);
    const dialect = isGiven ? found : withAbsentDelimiter(text, found, isWhole);
    return { dialect, width: 1, confidence: isDoubtful ? 0.6 : 0.9, next, isAmongNotes: false };
  }
  const second = sorted.find(({ dialect }) => dialect.delimiter !== best.dialect.delimiter);
  const lead = second === undefined ? 1 : (best.score - second.score) / best.score;
  // What is usual is taken, but something else would do as well.
  const likeness = ({ score, dialect: { delimiter } }: Candidate): number => score / priorOf(delimiter);
  const isUsual = sorted.some((other) => likeness(other) > likeness(best) * 1.02);
  return {
    dialect: {
      ...best.dialect,
      skipBlanks: isGiven
        ? asked.skipBlanks
        : best.dialect.skipBlanks || isFollowedByBlanks(text, best.dialect, isWhole),
    },
    width: best.width,
    confidence:
      Math.round(Math.min(best.limit, isUsual || isTie(best, sorted) ? 0.7 : 1, best.share * (0.5 + lead)) * 100) / 100,
    next,
    isAmongNotes: false,
  };
}

/** Of the readings with another delimiter the best, if it splits most records. */
function nextDelimiter(sorted: readonly Candidate[], best: Candidate | undefined): string | undefined {
  const others = sorted.filter(({ dialect, width }) => width > 1 && dialect.delimiter !== best?.dialect.delimiter);
  return (others.find(({ score }) => score > 0) ?? others.find(({ share }) => share >= 0.5))?.dialect.delimiter;
}

/** A bank's file with ten lines about the account and two bookings. */
function namedTable(candidates: readonly Candidate[]): DetectedDelimiter | undefined {
  const tables = candidates
    .filter(({ dialect: { delimiter } }) => [',', ';', '\t', '|'].includes(delimiter))
    .map(({ dialect, records }) => ({ dialect, width: widthOfNamedTable(records) }))
    .filter(({ width }) => width > 0)
    .toSorted((a, b) => b.width - a.width);
  const [table] = tables;
  return table === undefined ? undefined : { ...table, confidence: 0.65, isAmongNotes: true };
}

/** Do other quotes read as well, but something else? */
function isTie(best: Candidate, others: readonly Candidate[]): boolean {
  return others.some(
    (other) =>
      other.dialect.delimiter === best.dialect.delimiter &&
      other.dialect.skipBlanks === best.dialect.skipBlanks &&
      other.score > best.score * 0.98 &&
      JSON.stringify(other.records) !== JSON.stringify(best.records),
  );
}

/** A file of one column has no delimiter: the one that is named splits none of its records. */
function withAbsentDelimiter(text: string, dialect: CellDialect, isWhole: boolean): CellDialect {
  const absent = [',', '\t', ';', '|', '\u001F'].find(
    (delimiter) =>
      !text.includes(delimiter) ||
      sampleRecords(text, { ...dialect, delimiter }, isWhole).every(({ cells }) => cells.length === 1),
  );
  return { ...dialect, delimiter: absent ?? '\u001F' };
}

function rate(text: string, dialect: CellDialect, isWhole: boolean, given: GivenDialect): Candidate {
  const read = sampleRecords(text, dialect, isWhole, undefined, RATED_RECORDS);
  const records = read.map(({ cells }) => cells);
  const { width, share } = usualWidth(records);
  const regular = read.filter(({ reading }) => reading === 'regular').length / Math.max(1, read.length);
  const { delimiter } = dialect;
  const isGiven = given.delimiter !== undefined;
  if (width < 2) return { dialect, width: 1, share: 0, score: 0, records, limit: 1 };
  if (!isGiven && (splitsValues(records, delimiter) || isOneColumn(records, width, delimiter)))
    return { dialect, width: 1, share, score: 0, records, limit: 1 };
  const form = formScore(records.filter((cells) => cells.length === width));
  // A quoteless reading of quoted text leaves quotes at the edges of cells, which `form` punishes.
  const score = share * ((width - 1) / width) ** 0.5 * form * priorOf(delimiter) * (0.8 + 0.2 * regular);
  const isDecimal = !isGiven && width === 2 && joinsDigits(records, delimiter);
  // Doubled backslashes between quotes may be one each, or two.
  const isEscaped =
    given.escape === undefined && dialect.escape === null && read.length > 0 && mayBeEscaped(text, dialect);
  const limit = Math.min(isGiven ? 1 : limitOf(records, width, delimiter), isEscaped ? 0.7 : 1);
  // Another delimiter that fits as well is likelier than one that may be the mark of decimals.
  return { dialect, width, share, score: isDecimal ? score * 0.4 : score, records, limit };
}

function areValues(records: readonly Cell[][]): boolean {
  const cells = records.slice(0, 50).flat();
  return cells.filter((cell) => isValueForm(cellForm(cell))).length > cells.length / 2;
}

function limitOf(records: readonly Cell[][], width: number, delimiter: string): number {
  if (isWeak(delimiter)) return 0.65;
  const isRepeated = delimiter.length > 1 && new Set(delimiter).size === 1;
  if (width === 2 && isRepeated) return 0.65;
  if (joinsDigits(records, delimiter) && (width === 2 || !areValues(records))) return 0.65;
  const isProse = delimiter === ',' && width === 2 && records.every(([, cell]) => cell?.startsWith(' ') === true);
  return isProse && !hasValueColumn(records, width) ? 0.65 : 1;
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
  const isLabelled = filled.every((cells) => cells.length !== 2 || cells[0]?.trimEnd().endsWith(':') === true);
  const [width, count] = [...widths].find(
    ([cells, times]) => times === most || (times >= most * 0.7 && cells > (isLabelled ? 2 : 1)),
  ) ?? [1, 0];
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
  const read = createRecordReader(dialect);
  for (let at = 0; at < text.length && records.length < limit;) {
    const record = read(text, at, { isLast: isWhole, width });
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
  const single = text.includes("'") ? count(/(?:^|[^\p{L}\p{N}\s'])'|'(?:[^\p{L}\p{N}\s']|\t|\r?$)/gmu) : 0;
  if (double === 0 && single === 0) return ['"'];
  // Where both read alike, the usual one is meant: an apostrophe at the edge of a cell is none. The whole text counts, for the
  // readings are rated by its first records only: a name in apostrophes above a thousand quoted cells is a name.
  return single * 2 > double ? ['"', "'"] : ['"'];
}

/** A backslash before quotes that close nothing is an escape; the likelier reading first. */
function likelyEscapes(text: string, quote: string | null): readonly (string | null)[] {
  if (quote === null || !text.includes(`\\${quote}`)) return [null];
  const escaped = text.split(`\\${quote}`).length - 1;
  const doubled = text.split(new RegExp(`[^,;\\t|\\s${quote}]${quote}${quote}[^${quote}]`)).length - 1;
  return escaped > doubled ? ['\\', null] : [null, '\\'];
}

function mayBeEscaped(text: string, { quote }: CellDialect): boolean {
  return quote !== null && text.includes('\\\\') && text.includes(quote);
}

/** `|` where `||` does: all that it adds are empty cells. */
function withoutParts(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(
    ({ dialect: { delimiter } }) =>
      !candidates.some(
        ({ dialect, share }) =>
          dialect.delimiter.length > delimiter.length && share >= 0.7 && dialect.delimiter.includes(delimiter),
      ),
  );
}

function hasBlankBeforeQuote(text: string, delimiter: string, quote: string | null): boolean {
  return quote !== null && delimiter.trim() !== '' && text.includes(`${delimiter} ${quote}`);
}

/** True when the blanks after the delimiter belong to it: `a, b, "c"`. */
function isFollowedByBlanks(text: string, dialect: CellDialect, isWhole: boolean): boolean {
  if (dialect.delimiter === ' ' || dialect.delimiter === '\t') return false;
  let followed = 0;
  let cells = 0;
  const plain = { ...dialect, skipBlanks: false };
  for (const record of sampleRecords(text, plain, isWhole, undefined, 100)) {
    for (const cell of record.cells.slice(1)) {
      if (cell === null) continue;
      cells += 1;
      if (cell.startsWith(' ')) followed += 1;
    }
  }
  return cells > 0 && followed / cells > 0.9;
}
