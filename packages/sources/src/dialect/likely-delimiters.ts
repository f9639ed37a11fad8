import type { Dialect } from '@hyperferry/schema';

const USUAL = [',', ';', '\t', '|', ' ', ':'];
const UNUSUAL = ['^', '~', '\u0001', '\u001F', '§', '¦', '#', '*', '&', '/', '!', '@', '%', '=', '_', '-'];
/** How likely a delimiter is before anything is looked at. */
const PRIOR: Readonly<Record<string, number>> = { ',': 1, ';': 1, '\t': 1, '|': 0.98, ' ': 0.6, ':': 0.25 };
const SEQUENCE = /[|;~^:#@!$%&*+=<>§¦\\\t]{2,4}/g;

/** How likely a delimiter is before anything is looked at. */
export function priorOf(delimiter: string): number {
  return PRIOR[delimiter] ?? (delimiter.length > 1 ? 0.97 : 0.4);
}

/** Delimiters that a text may have: the usual ones that it holds, and what stands in each line as often as in the others. */
export function likelyDelimiters(text: string, newline: Dialect['newline']): string[] {
  const lines = text
    .slice(0, 100_000)
    .split(newline === '\r' ? '\r' : '\n')
    .slice(0, 100)
    .filter((line) => line.trim() !== '');
  const sequences = likelySequences(lines);
  const present = USUAL.filter((delimiter) => text.includes(delimiter));
  const unusual = UNUSUAL.filter((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    return lines.length > 1 && counts.every((count) => count > 0 && count === counts[0]);
  });
  const singles = [...present, ...unusual].filter((delimiter) => !sequences.some((other) => other.includes(delimiter)));
  return [...sequences, ...singles];
}

/**
 * Delimiters of several characters, such as `||` and `~|~`: the first line has one, nearly all others as often, and none of
 * them its characters otherwise. Empty cells between single characters look like it only where the header has one, too.
 */
function likelySequences(lines: readonly string[]): string[] {
  const [first = '', ...others] = lines;
  if (others.length === 0) return [];
  return [...new Set(first.match(SEQUENCE) ?? [])].filter((sequence) => {
    const count = first.split(sequence).length;
    const isUsed = (line: string): boolean => {
      const parts = line.split(sequence);
      return parts.length === count && parts.every((part) => !sequence.split('').some((char) => part.includes(char)));
    };
    return isUsed(first) && others.filter(isUsed).length >= others.length * 0.9;
  });
}
