import type { Cell } from './split-cells.ts';

/** A blank line is no record; a pair of quotes is one. Nor is a line that begins with # among records of several cells. */
export function isNoRecord(cells: readonly Cell[], width: number): boolean {
  const [first] = cells;
  if (cells.length !== 1) return false;
  return first === null || (width > 1 && first?.startsWith('#') === true);
}
