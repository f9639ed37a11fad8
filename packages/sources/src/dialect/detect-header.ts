import type { Cell } from '../records/split-cells.ts';
import { type CellForm, cellForm, isValueForm } from './cell-form.ts';
import { fitsCodes } from './code-shape.ts';
import { countPreamble, countProperties, countTitle, isBlank } from './detect-preamble.ts';
import { areNamesOrPeriods, areYears, isPeriod, isFullOfNames, isFullOfUnits, looksLikeNames } from './header-names.ts';

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
  if (skipRows !== undefined) return headerBelow(records, width, skipRows);
  const properties = countProperties(records, width);
  if (properties > 0) return headerBelow(records, width, properties);
  const skipped = width < 3 ? countTitle(records, width, afterBlank) : countPreamble(records, width);
  const found = headerBelow(records, width, skipped);
  // Without a header below, what is as wide as the table is a row with little in it.
  const row = records.slice(0, skipped).findIndex((cells) => cells.length >= width && !isBlank(cells));
  return row < 0 || found.headerRows > 0 ? found : headerBelow(records, width, row);
}

function headerBelow(records: readonly Cell[][], width: number, skipRecords: number): DetectedHeader {
  const table = records.slice(skipRecords).filter((cells) => !isBlank(cells));
  const [first] = table;
  if (first === undefined) return { skipRecords, headerRows: 0, confidence: 0.5 };
  if (table.length === 1) return { skipRecords, headerRows: looksLikeNames(first) ? 1 : 0, confidence: 0.7 };

  // What follows may begin with further header rows.
  const body = table.slice(Math.min(MAX_HEADER_ROWS, Math.floor(table.length / 2)));
  const forms = columnForms(body, width);
  const valued = forms.flatMap((form, column) => (form !== undefined && isValueForm(form) ? [column] : []));
  if (valued.length === 0) return headerOfText(table, skipRecords);

  const columns: ValuedColumns = { valued, forms, body: body.slice(0, BODY_RECORDS), table };
  let headerRows = 0;
  while (
    headerRows < MAX_HEADER_ROWS &&
    headerRows < table.length - 1 &&
    isHeaderRow(table[headerRows] ?? [], columns)
  ) {
    // A second header row must name what it heads: a data row with holes is no header.
    if (headerRows > 0 && !isNextHeaderRow(table[headerRows] ?? [], table.slice(0, headerRows), columns)) break;
    headerRows += 1;
  }
  // Of a first row without anything in the columns of values nobody knows what it is.
  const telling = valued.filter((column) => !isBlank([first[column] ?? null]));
  // Names like `A1` above codes like `A1` speak against a header, whatever stands above numbers.
  const alike = telling.filter((column) => agrees(first, column, columns));
  const isDoubtful =
    headerRows > 0 && alike.length >= telling.length / 2 && alike.some((column) => forms[column] === 'code');
  const confidence = telling.length === 0 ? 0.5 : isDoubtful ? 0.7 : Math.min(1, 0.7 + telling.length * 0.1);
  return { skipRecords, headerRows, confidence };
}

interface ValuedColumns {
  readonly valued: readonly number[];
  readonly forms: readonly (CellForm | undefined)[];
  readonly body: readonly Cell[][];
  /** The body, and what stands above it. */
  readonly table: readonly Cell[][];
}

function agrees(cells: readonly Cell[], column: number, { forms, body }: ValuedColumns): boolean {
  const cell = cells[column] ?? '';
  if (cellForm(cell) !== forms[column]) return false;
  return (
    forms[column] !== 'code' ||
    fitsCodes(
      cell,
      body.map((row) => row[column] ?? ''),
    )
  );
}

function isHeaderRow(cells: readonly Cell[], columns: ValuedColumns): boolean {
  const { valued, forms, body } = columns;
  // Nothing is neither a name nor a value.
  const filled = valued.filter((column) => !isBlank([cells[column] ?? null]));
  const others = filled.filter((column) => agrees(cells, column, columns));
  if (filled.length === 0 || others.length < filled.length / 2) return true;
  // A word above numbers proves a header, for names may look like codes.
  if (
    others.every((column) => forms[column] === 'code') &&
    filled.some((column) => isNameAbove(cells, column, columns))
  )
    return true;
  return others.length > 0 && areYearsAbove(cells, others, body);
}

/** A word that doesn't come again, above numbers, dates, times or yes and no. */
function isNameAbove(cells: readonly Cell[], column: number, { forms, table }: ValuedColumns): boolean {
  const form = forms[column];
  if (form !== 'number' && form !== 'date' && form !== 'time' && form !== 'boolean') return false;
  const name = cells[column]?.trim();
  const again = table.slice(0, BODY_RECORDS).filter((row) => row[column]?.trim() === name);
  return isFullOfNames(cells, [column]) && again.length < 2;
}

function isNextHeaderRow(cells: readonly Cell[], above: readonly Cell[][], columns: ValuedColumns): boolean {
  const { valued } = columns;
  if (isFullOfNames(cells, valued) || isFullOfUnits(cells, valued)) return true;
  return isBlankWhereRowsAreFull(cells, columns) && completesNames(cells, above, columns);
}

/** No row begins with nothing, but this. */
function isBlankWhereRowsAreFull([first = null]: readonly Cell[], { body }: ValuedColumns): boolean {
  return isBlank([first]) && body.length > 1 && body.every(([cell = null]) => !isBlank([cell]));
}

/** Names alone, that stand where none did, or above values: answers below questions, years below what is counted. */
function completesNames(cells: readonly Cell[], above: readonly Cell[][], columns: ValuedColumns): boolean {
  const filled = cells.flatMap((cell, column) => (isBlank([cell]) ? [] : [column]));
  if (!filled.every((column) => isPeriod(cells[column]!) || looksLikeNames([cells[column]!]))) return false;
  const unnamed = cells.flatMap((_, column) => (above.some((row) => !isBlank([row[column] ?? null])) ? [] : [column]));
  if (unnamed.some((column) => !filled.includes(column))) return false;
  return unnamed.length > 0 || filled.some((column) => isNameAbove(cells, column, columns));
}

/** Years as names of columns that hold something else: years above years are data, and so is a single one. */
function areYearsAbove(cells: readonly Cell[], columns: readonly number[], body: readonly Cell[][]): boolean {
  const at = (row: readonly Cell[]): Cell[] => columns.map((column) => row[column] ?? null);
  const years = cells.filter((cell) => areYears([cell]));
  if (years.length < 2 || !areYears(years) || !at(cells).every((cell) => areYears([cell]))) return false;
  const rows = body.slice(0, BODY_RECORDS);
  return rows.filter((row) => at(row).every((cell) => areYears([cell]))).length < rows.length / 2;
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

/** All columns are text: names are short, and don't come again below. */
function headerOfText(table: readonly Cell[][], skipRecords: number): DetectedHeader {
  const [first = [], ...rest] = table;
  const body = rest.slice(0, BODY_RECORDS);
  const names = first.map((cell) => (cell ?? '').trim());
  const isDistinct = new Set(names.map((name) => name.toLowerCase())).size === names.length && !names.includes('');
  const isNone = { skipRecords, headerRows: 0, confidence: 0.6 };
  if (!areNamesOrPeriods(first)) return isNone;
  if (isDistinct) {
    const comesAgain = names.some((name, column) => body.some((cells) => (cells[column] ?? '').trim() === name));
    return comesAgain ? isNone : { skipRecords, headerRows: 1, confidence: 0.6 };
  }
  // A name that stands there twice, or nothing, is as often a value: it must not be one anywhere below.
  const values = new Set(body.flatMap((cells) => cells.map((cell) => (cell ?? '').trim())));
  const isHeader =
    body.length > 1 &&
    names.every((name, column) =>
      name === '' ? body.every((cells) => !isBlank([cells[column] ?? null])) : !values.has(name),
    );
  return { skipRecords, headerRows: isHeader ? 1 : 0, confidence: 0.5 };
}
