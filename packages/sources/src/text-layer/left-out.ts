import type { TableOverrides, TextHead } from './open-table.ts';
import type { CommentLines } from './read-table.ts';
import type { SniffedText } from './sniff-text.ts';

const SHOWN_CHARACTERS = 60;

/** What stands above the table and is not a part of it, one sentence for each sort; `given`: as many records as somebody said. */
export function leftOutAbove(
  { records, dialect, commentLines, isWhole }: SniffedText,
  given: Pick<TableOverrides, 'skipRows' | 'headerRows'>,
): string[] {
  const warnings: string[] = [];
  const { skipRows: skipped = 0, headerRows = 0 } = given;
  const asked = [
    ...(skipped === 0 ? [] : [`skipRows ${skipped}`]),
    ...(headerRows === 0 ? [] : [`headerRows ${headerRows}`]),
  ];
  const isTooMuch = skipped >= records.length || skipped + headerRows > records.length;
  if (isWhole && asked.length > 0 && isTooMuch) {
    const what = records.length === 1 ? 'there is 1 record' : `there are ${records.length} records`;
    warnings.push(`${what}, all of them above the table by ${asked.join(' and ')}: nothing is left to load`);
  }
  if (commentLines > 0) {
    const what = commentLines === 1 ? 'the first line begins' : `the first ${commentLines} lines begin`;
    warnings.push(`${what} with # and ${commentLines === 1 ? 'is' : 'are'} left out as a comment`);
  }
  const { skipRows } = dialect;
  if (skipRows > 0 && given.skipRows === undefined) {
    const text = records[0]?.find((cell) => cell !== null) ?? '';
    const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    const what = skipRows === 1 ? 'the first record stands' : `the first ${skipRows} records stand`;
    warnings.push(`${what} above the table and not loaded (${JSON.stringify(shown)}): set skipRows to 0 to load all`);
  }
  return warnings;
}

/** Comments between the records of a table. */
export function commentWarnings({ count, firstLine }: CommentLines): string[] {
  if (firstLine === undefined) return [];
  if (count === 1) return [`line ${firstLine} begins with # and is no data`];
  return [`${count} lines begin with #, the first on line ${firstLine}, and are no data`];
}

/** Below this an encoding is a guess. */
const GUESSED = 0.5;

/** An encoding by statistics, where they don't say much. */
export function guessedEncoding({ encoding, encodingConfidence }: TextHead): string[] {
  if (encodingConfidence >= GUESSED) return [];
  const sure = `${Math.round(encodingConfidence * 100)} % sure`;
  return [`the encoding is guessed (${encoding}, ${sure}): look whether the letters are right, or state it (encoding)`];
}

/** Below this somebody should know what else the delimiter may be. */
const DOUBTFUL = 0.6;

/** A delimiter that may be another one; `given`: what somebody said. */
export function doubtfulDelimiter(sniffed: SniffedText, given: string | undefined): string[] {
  const { dialect, bodyWidth, confidence, nextDelimiter } = sniffed;
  if (confidence >= DOUBTFUL || nextDelimiter === undefined || given !== undefined) return [];
  const asRead = bodyWidth === 1 ? 'a single column' : `the delimiter ${JSON.stringify(dialect.delimiter)}`;
  const sure = `${Math.round(confidence * 100)} % sure`;
  return [
    `read with ${asRead} (${sure}): look at the preview, or state another one (delimiter ${JSON.stringify(nextDelimiter)})`,
  ];
}
