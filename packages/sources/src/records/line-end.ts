import type { Dialect } from '@hyperferry/schema';

export interface LineEnd {
  /** Index after the last character of the line. */
  readonly end: number;
  /** Index of the first character of the next line. */
  readonly next: number;
}

/**
 * The end of the physical line that begins before or at `at`; undefined when the text ends first. Text that may go on
 * (`isLast` false) can end between CR and LF: then the end is not known yet.
 */
export function findLineEnd(
  text: string,
  at: number,
  newline: Dialect['newline'],
  isLast: boolean,
): LineEnd | undefined {
  if (newline === '\n' || newline === '\r\n') {
    const lf = text.indexOf('\n', at);
    if (lf < 0) return isLast && text.length > at ? lastLineEnd(text) : undefined;
    return { end: lf > at && text[lf - 1] === '\r' ? lf - 1 : lf, next: lf + 1 };
  }
  const cr = text.indexOf('\r', at);
  const lf = newline === 'mixed' ? text.indexOf('\n', at) : -1;
  if (lf >= 0 && (cr < 0 || lf < cr)) return { end: lf, next: lf + 1 };
  if (cr < 0) return undefined;
  if (newline === '\r') return { end: cr, next: cr + 1 };
  if (cr + 1 === text.length && !isLast) return undefined;
  return { end: cr, next: text[cr + 1] === '\n' ? cr + 2 : cr + 1 };
}

/** A carriage return at the very end has nothing to be a part of: it ends the last line, whatever ended the others. */
function lastLineEnd(text: string): LineEnd | undefined {
  return text.endsWith('\r') ? { end: text.length - 1, next: text.length } : undefined;
}
