import type { Dialect } from '@hyperferry/schema';

/** The dialect as the record reader wants it. */
export interface CellDialect {
  readonly delimiter: string;
  /** Blanks after a delimiter belong to it: `a, "b"`. */
  readonly skipBlanks: boolean;
  readonly quote: string | null;
  /** Another escape character than a doubled quote; null for the doubled quote. */
  readonly escape: string | null;
  readonly newline: Dialect['newline'];
  /** The file begins with comments, so that lines of one cell that begin with # are some further down, too. Default: false. */
  readonly hasComments?: boolean;
}

/** `', '` is a comma whose following blanks belong to it; any other delimiter is taken as it is. */
export function toCellDialect({
  delimiter,
  quote,
  escape,
  newline,
}: Pick<Dialect, 'delimiter' | 'quote' | 'escape' | 'newline'>): CellDialect {
  const skipBlanks = delimiter.length > 1 && delimiter.endsWith(' ') && delimiter.trim() !== '';
  return {
    delimiter: skipBlanks ? delimiter.trimEnd() : delimiter,
    skipBlanks,
    quote,
    escape: escape === quote ? null : escape,
    newline,
  };
}
