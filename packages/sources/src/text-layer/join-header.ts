import type { Cell } from '../records/split-cells.ts';

/** The names of the columns: several header rows joined by a blank, cell by cell. */
export function joinHeader(rows: readonly (readonly Cell[])[], width: number): string[] {
  const fitted = rows.map((cells) => {
    const empty = cells.filter((cell) => cell === null).length;
    // A separator too many leaves an empty name: without it the header fits the data.
    const isTooWide = cells.length > width && cells.length - empty <= width;
    return fitCells(isTooWide ? dropEmpty(cells, cells.length - width) : cells, width);
  });
  const columns = Math.max(...fitted.map((cells) => cells.length));
  return Array.from({ length: columns }, (_, column) =>
    fitted
      .map((cells) => cells[column] ?? '')
      .filter((name) => name !== '')
      .join(' '),
  );
}

function dropEmpty(cells: readonly Cell[], count: number): Cell[] {
  let left = count;
  return cells.filter((cell) => {
    if (cell !== null || left === 0) return true;
    left -= 1;
    return false;
  });
}

/** A record of as many cells as there are columns: short ones padded, empty cells past the width trimmed, others kept. */
export function fitCells(cells: readonly Cell[], width: number): string[] {
  const fitted = cells.map((cell) => cell ?? '');
  while (fitted.length > width && fitted.at(-1) === '') fitted.pop();
  while (fitted.length < width) fitted.push('');
  return fitted;
}
