/**
 * Control characters, NUL aside, that no text has: not those of newlines, tabs, and of what some programs write between cells,
 * nor those in `expected`.
 */
export function countControls(bytes: Buffer, expected = ''): number {
  let controls = 0;
  const own = Buffer.from(expected);
  for (const byte of bytes) {
    const isText = byte >= 32 || (byte >= 9 && byte <= 13 && byte !== 11) || byte === 0;
    const isSeparator = byte === 1 || (byte >= 28 && byte <= 31) || byte === 26;
    if (!isText && !isSeparator && !own.includes(byte)) controls += 1;
  }
  return controls;
}
