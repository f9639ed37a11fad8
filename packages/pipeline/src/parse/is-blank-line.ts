/** A line of nothing but blanks is no record, unless they are delimiters: then it is one of empty cells. */
export function isBlankLine(bytes: Buffer, start: number, end: number, delimiter: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if ((byte !== 32 && byte !== 9) || byte === delimiter) return false;
  }
  return true;
}
