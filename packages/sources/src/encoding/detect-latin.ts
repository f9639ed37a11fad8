import { LATIN_LANGUAGES, type LatinLanguage, USUAL_SIGNS } from './latin-letters.ts';

export interface LatinEncoding {
  /** A label of the WHATWG encoding standard. */
  readonly encoding: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** The letters are such as a language has, at places where it has them. */
  readonly isPlausible: boolean;
}

/** Different words suffice: what a table repeats proves nothing more. */
const MAX_WORDS = 500;
/** Letters of other languages, as names have them. */
const FOREIGN = 0.0015;
const USUAL_SIGN = 0.02;
const RARE_SIGN = 0.0002;
/** A control character, or no character at all. */
const NOTHING = 1e-6;
/** Below this on average, the letters are no language's that is known here. */
const PLAUSIBLE = Math.log(0.004);

/**
 * Which encoding makes letters of the bytes that a language written in Latin letters has? Undefined when most words have
 * other letters throughout, as in Greek or Chinese. Encodings of one byte give different letters for the same bytes, and which
 * ones make sense is all there is to tell them by: è, à and ê beside each other are French; č, ŕ and ę are no language's.
 */
export function detectLatin(bytes: Buffer): LatinEncoding | undefined {
  const words = oddWords(bytes);
  const others = words.filter((word) => /[\x80-\xff]{4}/.test(word) && countOdd(word) * 2 > word.length - 2);
  if (words.length === 0 || others.length > words.length * 0.3) return undefined;
  const readings = new Map<string, Reading>();
  const best = new Map<string, number>();
  for (const { letters, encodings } of LATIN_LANGUAGES) {
    for (const [encoding, likelihood] of Object.entries(encodings)) {
      const reading = readings.get(encoding) ?? readAs(words, encoding);
      readings.set(encoding, reading);
      const score = Math.log(likelihood) + scoreOf(reading, letters);
      if (score > (best.get(encoding) ?? -Infinity)) best.set(encoding, score);
    }
  }
  const [[encoding, score] = ['windows-1252', 0], ...rest] = [...best].sort(([, one], [, other]) => other - one);
  const next = rest.find(([other]) => readings.get(other)!.text !== readings.get(encoding)!.text);
  const odd = words.reduce((sum, word) => sum + countOdd(word), 0);
  const isPlausible = score / odd >= PLAUSIBLE;
  const confidence = (isPlausible ? 0.98 : 0.4) - 0.63 * Math.exp((next?.[1] ?? -Infinity) / 6 - score / 6);
  return { encoding, confidence: Math.max(0.1, Math.round(confidence * 100) / 100), isPlausible };
}

/** The words in one encoding. */
interface Reading {
  readonly text: string;
  /** How likely signs are where they stand, and letters by their places: the logarithm. */
  readonly places: number;
  /** How often each letter beyond a-z occurs, in lower case. */
  readonly letters: ReadonlyMap<string, number>;
}

function scoreOf({ places, letters }: Reading, usual: LatinLanguage['letters']): number {
  let score = places;
  for (const [letter, count] of letters) score += count * Math.log((usual[letter] ?? 0) * 0.97 + FOREIGN);
  return score;
}

/** Words with bytes that are not ASCII, each once, in Latin-1, with the characters around. */
function oddWords(bytes: Buffer): string[] {
  const words = new Set<string>();
  for (const [word] of bytes.toString('latin1').matchAll(/[\dA-Za-z]*[\x80-\xff][\dA-Za-z\x80-\xff]*/g)) {
    words.add(` ${word} `);
    if (words.size >= MAX_WORDS) break;
  }
  return [...words];
}

function countOdd(word: string): number {
  return word.match(/[\x80-\xff]/g)?.length ?? 0;
}

function readAs(words: readonly string[], encoding: string): Reading {
  const table = charactersOf(encoding);
  const letters = new Map<string, number>();
  let places = 0;
  let text = '';
  for (const word of words) {
    const characters = Array.from(word, (byte) => (byte < '\x80' ? byte : table[byte.charCodeAt(0) - 0x80]!));
    text += characters.join('');
    for (let at = 1; at < characters.length - 1; at += 1) {
      const [before, character, after] = characters.slice(at - 1, at + 2) as [string, string, string];
      if (character < '\x80') continue;
      const isSign = USUAL_SIGNS.has(character) || !isLetter(character);
      places += Math.log(isSign ? ofSign(character, before, after) : ofPlace(character, before, after));
      const letter = character.toLowerCase();
      if (!isSign) letters.set(letter, (letters.get(letter) ?? 0) + 1);
    }
  }
  return { text, places, letters };
}

/** How likely is a letter at such a place? */
function ofPlace(letter: string, before: string, after: string): number {
  const isUpper = letter !== letter.toLowerCase();
  const isLower = letter !== letter.toUpperCase();
  if (isUpper && (isLowerLetter(before) || (isUpperLetter(before) && isLowerLetter(after)))) return 0.01;
  if (isLower && isUpperLetter(before) && isUpperLetter(after)) return 0.02;
  if (/\d/.test(before) || /\d/.test(after)) return 0.02;
  return isLetter(before) || isLetter(after) ? 1 : 0.3;
}

/** How likely is a sign there? Within a word, or where one begins, it is a letter in another encoding. */
function ofSign(character: string, before: string, after: string): number {
  if (/[\p{Cc}\uFFFD]/u.test(character)) return NOTHING;
  const share = USUAL_SIGNS.has(character) ? USUAL_SIGN : RARE_SIGN;
  if (/[’‘·–—…\u00A0\u00AD]/.test(character)) return share;
  const isOpening = /[“„«‹‚¿¡°µ]/.test(character) && !isLetter(before);
  if (isLetter(after) && !isOpening) return RARE_SIGN;
  return isLetter(before) && !/[”“»›°]/.test(character) ? share / 4 : share;
}

function isLetter(character: string): boolean {
  return /[\p{L}\p{M}]/u.test(character);
}

function isLowerLetter(character: string): boolean {
  return /\p{Ll}/u.test(character);
}

function isUpperLetter(character: string): boolean {
  return /\p{Lu}/u.test(character);
}

const tables = new Map<string, readonly string[]>();

/** What the bytes from 0x80 on stand for. */
function charactersOf(encoding: string): readonly string[] {
  const known = tables.get(encoding);
  if (known !== undefined) return known;
  const bytes = Buffer.from(Array.from({ length: 128 }, (_, at) => at + 128));
  // As a stream: in one piece, some versions of Node read Windows-1252 as Latin-1.
  const table = Array.from(new TextDecoder(encoding).decode(bytes, { stream: true }));
  tables.set(encoding, table);
  return table;
}
