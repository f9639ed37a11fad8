// Blanks around a value are nobody's content where the column is not text. They are spaces and tabs; the patterns of the kinds
// of cells allow for the same ones.

/** SQL text of a cell without the blanks around it. */
export function trimmedSql(cell: string): string {
  return `trim(both E' \\t' from ${cell})`;
}

/** A cell without the blanks around it. */
export function trimmed(cell: string): string {
  return /^[ \t]|[ \t]$/.test(cell) ? cell.replaceAll(/^[ \t]+|[ \t]+$/g, '') : cell;
}
