import type { Cell } from '../records/split-cells.ts';
import { type CellForm, cellForm, isValueForm } from './cell-form.ts';

export interface DetectedHeader {
  /** Records before the header that belong to no table. */
  readonly skipRecords: number;
  readonly headerRows: number;
  /** 0 to 1. */
  readonly confidence: number;
}

const MAX_HEADER_ROWS = 5;
const BODY_RECORDS = 200;

export interface DetectHeaderOptions {
  /** Records before which a blank line stands. */
  readonly afterBlank: readonly number[];
  /** Records before the header, for whoever knows better. */
  readonly skipRows?: number | undefined;
}

/** Finds the rows before the data: preamble and header. A file without header has none, and none is invented. */
export function detectHeader(
  records: readonly Cell[][],
  width: number,
  { afterBlank, skipRows }: DetectHeaderOptions,
): DetectedHeader {
  const skipRecords = skipRows ?? (width < 3 ? countTitle(records, width, afterBlank) : countPreamble(records, width));
  const table = records.slice(skipRecords).filter((cells) => !isBlank(cells));
  const [first] = table;
  if (first === undefined) return { skipRecords, headerRows: 0, confidence: 0.5 };
  if (table.length === 1) return { skipRecords, headerRows: looksLikeNames(first) ? 1 : 0, confidence: 0.7 };

  // What follows may begin with further header rows.
  const forms = columnForms(table.slice(Math.min(MAX_HEADER_ROWS, Math.floor(table.length / 2))), width);
  const valued = forms.flatMap((form, column) => (form !== undefined && isValueForm(form) ? [column] : []));
  if (valued.length === 0) return headerOfText(table, skipRecords);

  const isHeaderRow = (cells: readonly Cell[]): boolean => {
    const named = valued.filter((column) => cellForm(cells[column] ?? null) !== forms[column]);
    return named.length / valued.length > 0.5 || areYears(valued.map((column) => cells[column] ?? null));
  };
  let headerRows = 0;
  while (headerRows < MAX_HEADER_ROWS && headerRows < table.length - 1 && isHeaderRow(table[headerRows] ?? [])) {
    // A second header row must name what it heads: a data row with holes is no header.
    if (headerRows > 0 && !isFullOfNames(table[headerRows] ?? [], valued)) break;
    headerRows += 1;
  }
  return { skipRecords, headerRows, confidence: Math.min(1, 0.6 + valued.length * 0.1) };
}

/** Years in a row as names: 2019, 2020, 2021. */
function areYears(cells: readonly Cell[]): boolean {
  const years = cells.map((cell) => (/^(?:19|20)\d\d$/.test(cell?.trim() ?? '') ? Number(cell) : Number.NaN));
  return years.length > 1 && years.every((year, at) => at === 0 || Math.abs(year - (years[at - 1] ?? 0)) === 1);
}

/** Records at the top with next to nothing in them, before one that is filled. */
function countPreamble(records: readonly Cell[][], width: number): number {
  const limit = Math.min(records.length - 1, 50);
  let skip = 0;
  for (let row = 0; row < limit; row += 1) {
    const cells = records[row] ?? [];
    const filled = cells.filter((cell) => cell !== null && cell.trim() !== '').length;
    const isNote = filled <= Math.max(1, Math.floor(width / 3)) && (cells.length < width || filled <= 2);
    if (!isNote) break;
    skip = row + 1;
  }
  return skip;
}

const MAX_TITLE_ROWS = 5;

/**
 * Titles above a table of one or two columns. Nothing in a line of it looks unlike a row, so that more must speak for it: a
 * blank line stands below, and what follows is a table. Of two columns: each row has both cells, and no title has. Of one: a
 * name, and then nothing but numbers, dates or times, without another blank line.
 */
function countTitle(records: readonly Cell[][], width: number, afterBlank: readonly number[]): number {
  const padded = records.findIndex(isBlank);
  const below = afterBlank.find((at) => at > 0) ?? -1;
  const end = padded > 0 && (below < 0 || padded < below) ? padded : below;
  if (end < 1 || end > MAX_TITLE_ROWS) return 0;
  let start = end;
  while (start < records.length && isBlank(records[start]!)) start += 1;
  const title = records.slice(0, end);
  const [header, ...body] = records.slice(start);
  if (header === undefined || body.length < 2 || !title.every(isTitle) || !looksLikeNames(header)) return 0;
  if (width === 2) return [header, ...body].every((cells) => cells.length === 2) ? start : 0;
  const [form] = body.map(([cell]) => cellForm(cell ?? null));
  const isTable =
    (form === 'number' || form === 'date' || form === 'time') &&
    body.every(([cell]) => cellForm(cell ?? null) === form);
  return isTable && afterBlank.length === 1 ? start : 0;
}

/** One cell with words in it. */
function isTitle([cell, ...rest]: readonly Cell[]): boolean {
  return rest.every((other) => other === null) && cell !== null && cell !== undefined && !isValueForm(cellForm(cell));
}

function isBlank(cells: readonly Cell[]): boolean {
  return cells.every((cell) => cell === null || cell.trim() === '');
}

function isFullOfNames(cells: readonly Cell[], columns: readonly number[]): boolean {
  return columns.every((column) => {
    const cell = cells[column] ?? null;
    return (
      cell !== null &&
      cell.length > 1 &&
      cellForm(cell) === 'text' &&
      !/^(?:n\/?a|null|none|nan|missing|-+)$/i.test(cell.trim())
    );
  });
}

/** The form that at least 80 % of a column's filled cells share. */
function columnForms(body: readonly Cell[][], width: number): (CellForm | undefined)[] {
  return Array.from({ length: width }, (_, column) => {
    const counts = new Map<CellForm, number>();
    let filled = 0;
    for (const cells of body.slice(0, BODY_RECORDS)) {
      const form = cellForm(cells[column] ?? null);
      if (form === 'empty') continue;
      filled += 1;
      counts.set(form, (counts.get(form) ?? 0) + 1);
    }
    for (const [form, count] of counts) if (count / filled >= 0.8) return form;
    return undefined;
  });
}

/** All columns are text: names are short, different from each other, and don't come again below. */
function headerOfText(table: readonly Cell[][], skipRecords: number): DetectedHeader {
  const [first = [], ...body] = table;
  const names = first.map((cell) => (cell ?? '').trim());
  const isDistinct = new Set(names.map((name) => name.toLowerCase())).size === names.length && !names.includes('');
  const comesAgain = names.filter((name, column) =>
    body.slice(0, BODY_RECORDS).some((cells) => (cells[column] ?? '').trim() === name && name !== ''),
  );
  const headerRows = isDistinct && comesAgain.length === 0 && looksLikeNames(first) ? 1 : 0;
  return { skipRecords, headerRows, confidence: 0.6 };
}

function looksLikeNames(cells: readonly Cell[]): boolean {
  const filled = cells.filter((cell): cell is string => cell !== null && cell.trim() !== '');
  const values = filled.filter((cell) => isValueForm(cellForm(cell)) && !/^[\p{L}_][\p{L}\d_.-]*$/u.test(cell.trim()));
  return filled.length > 0 && values.length === 0 && filled.every((cell) => cell.length <= 128);
}
