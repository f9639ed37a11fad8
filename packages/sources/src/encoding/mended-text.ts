/** Places of one sort that were mended. */
export interface MendedPlaces {
  readonly count: number;
  /** Physical line of the first one, from 1. */
  readonly firstLine: number;
}

/** What was mended in a text while it was decoded; absent: nothing of that sort. */
export interface MendedText {
  /** Bytes of a UTF-8 text that are no part of a character; of other encodings, what could not be decoded. */
  readonly invalid?: MendedPlaces;
  readonly nuls?: MendedPlaces;
}

/** Ends of lines. */
export interface LineCount {
  readonly feeds: number;
  readonly returns: number;
}

/** Keeps the account of what is mended, piece by piece. */
export class MendingLog {
  #invalid: MendedPlaces | undefined;
  #nuls: MendedPlaces | undefined;
  #lines: LineCount = { feeds: 0, returns: 0 };

  get mended(): MendedText {
    return {
      ...(this.#invalid === undefined ? {} : { invalid: this.#invalid }),
      ...(this.#nuls === undefined ? {} : { nuls: this.#nuls }),
    };
  }

  /** `before`: what ends in the piece before the first of them. */
  addInvalid(count: number, before: LineCount): void {
    this.#invalid = this.#added(this.#invalid, count, before);
  }

  addNuls(count: number, before: LineCount): void {
    this.#nuls = this.#added(this.#nuls, count, before);
  }

  /** The piece is done. */
  addLines(lines: LineCount): void {
    this.#lines = sum(this.#lines, lines);
  }

  #added(places: MendedPlaces | undefined, count: number, before: LineCount): MendedPlaces {
    const { feeds, returns } = sum(this.#lines, before);
    // Carriage returns end lines where nothing else does.
    return { count: (places?.count ?? 0) + count, firstLine: places?.firstLine ?? 1 + (feeds || returns) };
  }
}

export function isMended({ invalid, nuls }: MendedText): boolean {
  return invalid !== undefined || nuls !== undefined;
}

/** One sentence for each sort. */
export function mendedWarnings({ invalid, nuls }: MendedText, encoding: string): string[] {
  const warnings: string[] = [];
  if (nuls !== undefined) warnings.push(`${places(nuls, 'NUL byte')} left out: the text around is kept`);
  if (invalid !== undefined && encoding === 'utf-8') {
    warnings.push(
      `${places(invalid, 'byte')} not UTF-8, and read as Windows-1252: look whether these letters are right`,
    );
  } else if (invalid !== undefined) {
    warnings.push(
      `${places(invalid, 'place')} not ${encoding}, and became U+FFFD: state the encoding if it is another`,
    );
  }
  return warnings;
}

function places({ count, firstLine }: MendedPlaces, what: string): string {
  return count === 1 ? `1 ${what}, on line ${firstLine}, is` : `${count} ${what}s, the first on line ${firstLine}, are`;
}

function sum(one: LineCount, other: LineCount): LineCount {
  return { feeds: one.feeds + other.feeds, returns: one.returns + other.returns };
}

/** Ends of lines in a piece of bytes or text, before `end`. */
export function countLines(piece: Buffer | string, end: number = piece.length): LineCount {
  return { feeds: countOf('\n', piece, end), returns: countOf('\r', piece, end) };
}

/** How often a character occurs in a piece before `end`. */
export function countOf(character: string, piece: Buffer | string, end: number = piece.length): number {
  let count = 0;
  for (let at = piece.indexOf(character); at >= 0 && at < end; at = piece.indexOf(character, at + 1)) count += 1;
  return count;
}
