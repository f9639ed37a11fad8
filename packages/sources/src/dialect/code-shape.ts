import { cellForm } from './cell-form.ts';

/** So few codes look like none of the others that one more of them is no code of this column. */
const MAX_SINGLE_SHAPES = 0.05;

/**
 * Does a cell look like one of a column of codes? `Ref1` above `R17` and `md5` above hashes don't, though digits are in all of
 * them. Where nearly every code has a shape of its own, its length must do.
 */
export function fitsCodes(cell: string, column: readonly string[]): boolean {
  const codes = column.filter((code) => cellForm(code) === 'code').map((code) => code.trim());
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(shapeOf(code), (counts.get(shapeOf(code)) ?? 0) + 1);
  if (counts.has(shapeOf(cell.trim()))) return true;
  const single = [...counts.values()].filter((count) => count === 1).length;
  if (single <= codes.length * MAX_SINGLE_SHAPES) return false;
  const lengths = codes.map((code) => code.length);
  const { length } = cell.trim();
  return length >= Math.min(...lengths) / 2 && length <= Math.max(...lengths) * 2;
}

/** `Ab-12` is `Aa-9`: how many digits there are says nothing. */
function shapeOf(code: string): string {
  return code
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{L}/gu, (letter) => (letter === 'A' ? 'A' : 'a'))
    .replace(/\d+/g, '9');
}
