import type { Dialect } from '@hyperferry/schema';

/** The newline of a text, by counting; a lone CR counts only when it isn't a rarity inside of cells. */
export function detectNewline(text: string): Dialect['newline'] {
  let crlf = 0;
  let lf = 0;
  let cr = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10) lf += 1;
    else if (code === 13) {
      if (text.charCodeAt(at + 1) === 10) {
        crlf += 1;
        at += 1;
      } else if (at + 1 < text.length) cr += 1;
    }
  }
  const feeds = lf + crlf;
  if (feeds === 0) return cr > 0 || text.endsWith('\r') ? '\r' : '\n';
  if (cr * 10 >= feeds) return 'mixed';
  return crlf > lf ? '\r\n' : '\n';
}
