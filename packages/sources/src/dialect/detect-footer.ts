import type { ReadRecord } from '../records/read-record.ts';
import type { Cell } from '../records/split-cells.ts';
import { type CellForm, cellForm, isValueForm } from './cell-form.ts';
import { saysNote, saysTotal } from './footer-words.ts';

/** A footer is looked for among so many records at the end. */
const MAX_FOOTER_ROWS = 5;
/** Without so many records above it nothing can be said of what belongs there. */
const MIN_BODY_RECORDS = 2;
/** So many lines may stand above the one that says it is a footer, behind a blank one. */
const MAX_LINES_ABOVE = 5;
const BODY_RECORDS = 200;

/** A record, and whether a blank line stands before it. */
export type FooterRecord = Pick<ReadRecord, 'cells' | 'reading'> & { readonly isAfterBlank?: boolean };

/**
 * Records at the end that are no data: totals and notes. Cautious, for a row must not be lost: one that only looks unlike the
 * others stays. It must say what it is in words, and not fit in either: too few cells, a word below dates or numbers, nothing
 * where all others have something. `records`: the last data records of the table.
 */
export function countFooter(records: readonly FooterRecord[], width: number): number {
  if (width < 2) return 0;
  const rows = records.map(({ cells, reading }) =>
    // Words in a row, which somebody took for cells.
    reading === 'other-delimiter' ? [cells.filter((cell) => cell !== null).join(' ')] : cells,
  );
  const from = Math.max(MIN_BODY_RECORDS, rows.length - MAX_FOOTER_ROWS);
  for (let at = from; at < rows.length; at += 1) {
    const body = bodyOf(rows.slice(0, at), width);
    if (body.length < MIN_BODY_RECORDS) continue;
    const shape = shapeOf(body, width);
    // What stands below a footer is a part of it when it can't be a row.
    const [first, ...rest] = rows.slice(at);
    const isFooter =
      says(first!, body, shape) && rest.every((cells) => says(cells, body, shape) || isLine(cells, width));
    if (!isFooter) continue;
    return rows.length - (startBehindBlank(records, rows, at, width) ?? at);
  }
  return 0;
}

/** Lines right above a footer are a part of it when a blank line parts them from the rows: a title, or the name of a firm. */
function startBehindBlank(
  records: readonly FooterRecord[],
  rows: readonly (readonly Cell[])[],
  footer: number,
  width: number,
): number | undefined {
  const last = Math.max(MIN_BODY_RECORDS, footer - MAX_LINES_ABOVE);
  for (let at = footer; at >= last && (at === footer || isLine(rows[at]!, width)); at -= 1) {
    if (records[at]!.isAfterBlank !== true) continue;
    const { isFull } = shapeOf(bodyOf(rows.slice(0, at), width), width);
    const isNoRow = (cells: readonly Cell[]): boolean =>
      cells.length < width || cells.some((cell, column) => isEmpty(cell) && isFull[column]);
    return rows.slice(at, footer).every(isNoRow) ? at : undefined;
  }
  return undefined;
}

/** What all or nearly all of the records above have in common, column by column. */
interface Shape {
  readonly width: number;
  /** The form of the values, where it is not just text. */
  readonly forms: readonly (CellForm | undefined)[];
  /** Is there always something? */
  readonly isFull: readonly boolean[];
}

function bodyOf(rows: readonly (readonly Cell[])[], width: number): (readonly Cell[])[] {
  return rows.filter((cells) => cells.length === width).slice(-BODY_RECORDS);
}

function shapeOf(body: readonly (readonly Cell[])[], width: number): Shape {
  const columns = Array.from({ length: width }, (_, column) => body.map((cells) => cellForm(cells[column] ?? null)));
  return {
    width,
    forms: columns.map((all) => {
      const filled = all.filter((form) => form !== 'empty');
      const [form] = filled;
      const isCommon = filled.filter((other) => other === form).length >= filled.length * 0.9;
      return form !== undefined && isCommon && isValueForm(form) ? form : undefined;
    }),
    isFull: columns.map((all) => all.every((form) => form !== 'empty')),
  };
}

function says(cells: readonly Cell[], body: readonly (readonly Cell[])[], shape: Shape): boolean {
  const at = cells.findIndex((cell) => !isEmpty(cell));
  if (at < 0) return false;
  const word = cells[at]!;
  const { width, forms, isFull } = shape;
  const misfits =
    isLine(cells, width) || cells.length !== width || cells.some((cell, column) => isOdd(cell, forms[column]));
  if (saysNote(word)) return misfits;
  if (!saysTotal(word)) return false;
  // A file with totals of groups, or of a category that is called so, needs somebody who knows it.
  const same = word.trim().toLowerCase();
  if (body.some((above) => above[at]?.trim().toLowerCase() === same)) return false;
  return misfits || cells.some((cell, column) => isEmpty(cell) && isFull[column] === true);
}

function isOdd(cell: Cell, form: CellForm | undefined): boolean {
  return !isEmpty(cell) && form !== undefined && !isValueForm(cellForm(cell));
}

/** One cell, or none, where there should be several. */
function isLine(cells: readonly Cell[], width: number): boolean {
  const filled = cells.filter((cell) => !isEmpty(cell)).length;
  return filled <= 1 && (cells.length < width || (cells.length === width && width > 2));
}

function isEmpty(cell: Cell): boolean {
  return cell === null || cell.trim() === '';
}
