import type { Cell } from '../records/split-cells.ts';
import { cellForm, isValueForm } from './cell-form.ts';

/** Are they names, as far as they are there at all? */
export function looksLikeNames(cells: readonly Cell[]): boolean {
  const filled = cells.filter((cell): cell is string => cell !== null && cell.trim() !== '');
  const values = filled.filter((cell) => isValueForm(cellForm(cell)) && !/^[\p{L}_][\p{L}\d_.-]*$/u.test(cell.trim()));
  return filled.length > 0 && values.length === 0 && filled.every((cell) => cell.length <= 128);
}

const NO_NAME = /^(?:n\/?a|null|none|nan|missing|-+)$/i;

/** Does each of the columns have a name, and no single letter for a value? */
export function isFullOfNames(cells: readonly Cell[], columns: readonly number[]): boolean {
  return columns.every((column) => {
    const cell = cells[column] ?? null;
    return cell !== null && cell.length > 1 && cellForm(cell) === 'text' && !NO_NAME.test(cell.trim());
  });
}

const UNIT =
  /^[[(]?(?:[%‰€$£¥]|(?:°|deg ?)[CFK]?|[CFK]|[hkcmdµunMGT]?(?:s|m|g|l|L|W|V|A|Hz|Pa|J|N|B|b|Wh|bar|mol|Ω|rad|eV|Nm)|min|h|d|t|ha|pcs|ppm|dB|rpm|(?:[kcmd]?m)[²³23]|k?m\/(?:s²?|h)|mph|lbs?|oz|ft|in|psi|kVA|g\/l|kg\/m[³3])[\])]?$/;
/** Letters that a bad value may be as well. */
const LETTER = /^[A-Zbdt]$/;
const MAX_UNIT_LENGTH = 8;

/** A row of units below the names: nothing else stands in any column of values, and most of them are known. */
export function isFullOfUnits(cells: readonly Cell[], columns: readonly number[]): boolean {
  const units = columns.map((column) => (cells[column] ?? '').trim());
  const known = units.filter((unit) => UNIT.test(unit));
  if (known.length < 2) return units.length === 1 && known.length === 1 && !LETTER.test(units[0] ?? '');
  return known.length > units.length / 2 && units.every((unit) => known.includes(unit) || isShortWord(unit));
}

function isShortWord(text: string): boolean {
  return text !== '' && text.length <= MAX_UNIT_LENGTH && cellForm(text) === 'text' && !NO_NAME.test(text);
}

const YEAR = /^(?:19|20)\d\d$/;
const PERIOD =
  /^(?:(?:19|20)\d\d[-/. ]?(?:Q[1-4]|H[12]|W\d\d?|M?\d\d?)|(?:Q[1-4]|H[12]|W\d\d?)[-/. ']?(?:19|20)?\d\d|\d\d?[-/.](?:19|20)\d\d)$/i;

/** Years in a row as names, up or down: 2019, 2020, 2021 or 2020, 2010, 2000; perhaps again for each group of columns. */
export function areYears(cells: readonly Cell[]): boolean {
  const years = cells.map((cell) => (YEAR.test(cell?.trim() ?? '') ? Number(cell) : Number.NaN));
  const again = years.indexOf(years[0]!, 1);
  const group = again > 1 && years.every((year, at) => year === years[at % again]) ? years.slice(0, again) : years;
  const steps = group.slice(1).map((year, at) => Math.sign(year - group[at]!));
  return !years.some(Number.isNaN) && steps.every((step) => step !== 0 && step === steps[0]);
}

/** A year, a quarter or a month. */
export function isPeriod(cell: Cell): boolean {
  return YEAR.test(cell?.trim() ?? '') || PERIOD.test(cell?.trim() ?? '');
}

/** Names, some of which may be years, quarters or months. */
export function areNamesOrPeriods(cells: readonly Cell[]): boolean {
  const years = cells.filter((cell) => YEAR.test(cell?.trim() ?? ''));
  return looksLikeNames(cells.filter((cell) => !isPeriod(cell))) && areYears(years);
}
