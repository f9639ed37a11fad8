import type { Cell } from './split-cells.ts';

/** A blank line is no record; a pair of quotes is one. */
export function isBlankRecord(cells: readonly Cell[]): boolean {
  return cells.length === 1 && cells[0] === null;
}
