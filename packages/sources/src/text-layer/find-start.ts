import { detectHeader } from '../dialect/detect-header.ts';
import { looksLikeNames } from '../dialect/header-names.ts';
import { hasValueColumn } from '../dialect/one-column.ts';
import type { Cell } from '../records/split-cells.ts';

/** The first line that Excel reads for the delimiter, perhaps filled up. */
const SEPARATOR = /^"?sep=([^\w"'\r\n])\1{0,99}"?[ \t]{0,99}(?:\r\n|\n|\r|$)/i;
const COMMENTS = /^(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))*/;
const LINE = /[^\r\n]*(?:\r\n|\n|\r)/g;

/** The line `sep=;` that spreadsheets understand: where the text goes on, and what it says. */
export function readSeparator(text: string): { readonly start: number; readonly delimiter?: string } {
  const [line, delimiter] = SEPARATOR.exec(text) ?? [];
  return line === undefined || delimiter === undefined ? { start: 0 } : { start: line.length, delimiter };
}

/** Leading lines that begin with # and what is between them: where what follows begins. 0 where nothing does. */
export function endOfComments(text: string): number {
  const end = COMMENTS.exec(text)?.[0].length ?? 0;
  if (end === 0 || !text.startsWith('#', text.search(/\S/))) return 0;
  return text.slice(end).trim() === '' ? 0 : end;
}

/**
 * Where the table begins at the end of leading comments: their last lines may be its header, or rows. They have as many cells, and
 * begin with `#` alone, with a word such as `#id`, or, where what follows is nothing but values, with words.
 */
export function startInComments(
  comments: string,
  split: (line: string) => readonly Cell[],
  table: readonly Cell[][],
  width: number,
): number {
  const lines = comments.match(LINE) ?? [];
  const isTable = hasValueColumn(table, width);
  const hasHeader = detectHeader(table, width, { afterBlank: [] }).headerRows > 0;
  let start = comments.length;
  for (const [index, line] of [...lines.entries()].toReversed()) {
    const cells = split(line);
    const first = cells[0] ?? '';
    const isLast = index === lines.length - 1;
    const isBelonging =
      cells.length === width &&
      (first === '#' ||
        (/^#[^\s#]\S*$/.test(first) && !(isTable && hasHeader)) ||
        (isLast && isTable && !hasHeader && looksLikeNames(cells)));
    if (!isBelonging) break;
    start -= line.length;
  }
  return start;
}
