import type { ReadRecord } from './read-record.ts';

/** A blank line is no record; a pair of quotes is one. Nor is a comment. */
export function isNoRecord({ cells, isComment }: ReadRecord): boolean {
  return isComment === true || (cells.length === 1 && cells[0] === null);
}
