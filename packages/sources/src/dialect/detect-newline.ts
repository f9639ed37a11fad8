import type { Dialect } from '@hyperferry/schema';

import { withoutQuoted } from './without-quoted.ts';

/** The newline of a text, by counting; a lone CR counts only when it isn't a rarity inside of cells. */
export function detectNewline(text: string): Dialect['newline'] {
  const counted = countNewlines(text);
  // Those between quotes may be of another kind.
  if (counted !== 'mixed') return counted;
  const found = (['doubled', 'escaped'] as const).map((escape) => countNewlines(withoutQuoted(text, escape)));
  return found.find((newline) => newline !== 'mixed') ?? 'mixed';
}

function countNewlines(text: string): Dialect['newline'] {
  let feeds = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) feeds += 1;
  let crlf = 0;
  let cr = 0;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    if (text[at + 1] === '\n') crlf += 1;
    else if (at + 1 < text.length) cr += 1;
  }
  if (feeds === 0) return cr > 0 || text.endsWith('\r') ? '\r' : '\n';
  if (cr * 10 >= feeds) return 'mixed';
  return crlf > feeds - crlf ? '\r\n' : '\n';
}

/**
 * Does a carriage return stand alone outside of quotes? The engine stops there. Only where quotes stand in the middle of cells,
 * which the engine doesn't read either, may the answer be wrong.
 */
export function hasLoneReturn(text: string, quote: string | null, isWhole: boolean): boolean {
  const lone = isWhole ? /\r(?!\n)/ : /\r(?=[^\n])/;
  if (!lone.test(text)) return false;
  return quote === null || text.split(quote).some((part, at) => at % 2 === 0 && lone.test(part));
}
