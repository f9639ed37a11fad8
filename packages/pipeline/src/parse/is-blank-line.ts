/**
 * A line of nothing but blanks is no record, unless they are delimiters and make several cells: the same rule as that of the text
 * layer.
 */
export function isBlankLine(bytes: Buffer, start: number, end: number, cells: number): boolean {
  if (cells !== 1) return false;
  // A letter or a digit, as nearly always: not worth making a text of it.
  if (start < end && bytes[start]! > 32 && bytes[start]! < 128) return false;
  return bytes.toString('utf8', start, end).trim() === '';
}
