import type { Dialect } from '@hyperferry/schema';

import { withoutQuoted } from './without-quoted.ts';

const USUAL = [',', ';', '\t', '|', ' ', ':'];
const UNUSUAL = ['^', '~', '\u0001', '\u001F', '§', '¦', '#', '*', '&', '/', '!', '@', '%', '=', '_', '-'];
/** How likely a delimiter is before anything is looked at. */
const PRIOR: Readonly<Record<string, number>> = { ',': 1, ';': 1, '\t': 1, '|': 0.98, ' ': 0.6, ':': 0.25 };
const SEQUENCE = /[|;~^:#@!$%&*+=<>§¦\\]{2,4}/g;

/** How likely a delimiter is before anything is looked at. */
export function priorOf(delimiter: string): number {
  return PRIOR[delimiter] ?? (delimiter.length > 1 ? 0.97 : 0.4);
}

/** Delimiters that a text may have: the usual ones that it holds, and what stands in each line as often as in the others. */
export function likelyDelimiters(text: string, newline: Dialect['newline']): string[] {
  const beginning = text.slice(0, 100_000);
  const lines = linesOf(beginning, newline);
  const present = USUAL.filter((delimiter) => text.includes(delimiter));
  const unusual = UNUSUAL.filter((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    return lines.length > 1 && counts.every((count) => count > 0 && count === counts[0]);
  });
  const sequences = (['doubled', 'escaped'] as const).flatMap((escape) =>
    likelySequences(linesOf(withoutQuoted(beginning, escape), newline)),
  );
  return [...new Set(sequences), ...present, ...unusual];
}

function linesOf(text: string, newline: Dialect['newline']): string[] {
  return text
    .split(newline === '\r' ? '\r' : newline === 'mixed' ? /\r\n|\n|\r/ : '\n')
    .slice(0, 100)
    .filter((line) => line.trim() !== '');
}

/**
 * Delimiters of several characters, such as `||` and `~|~`: the first line has one, and none of its characters otherwise; most
 * others have it, too, and most of those nothing of it besides. Empty cells between single characters look like it only where the
 * first line has one, too, and all others have as many.
 */
function likelySequences(lines: readonly string[]): string[] {
  const [first = '', ...others] = lines;
  if (others.length === 0) return [];
  const runs = lines.slice(0, 10).flatMap((line) => line.match(SEQUENCE) ?? []);
  return [...new Set(runs)].filter((sequence) => {
    if (endsInSign(sequence) || !first.includes(sequence) || !isPure(first, sequence)) return false;
    const having = others.filter((line) => line.includes(sequence));
    const pure = having.filter((line) => isPure(line, sequence));
    return having.length >= others.length * 0.5 && pure.length >= having.length * 0.5;
  });
}

function isPure(line: string, sequence: string): boolean {
  const rest = line.split(sequence).join('');
  return !sequence.split('').some((char) => rest.includes(char));
}

/** `;$` of `A;$5`, `;+` of phone numbers, `%;` of percentages: a delimiter and what belongs to values. */
function endsInSign(sequence: string): boolean {
  return /^[|;:][$+%#@&*=<>!]+$|^[$+%#@&*=<>!]+[|;:]$/.test(sequence);
}
