import { isUtf8 } from 'node:buffer';

import { analyse } from 'chardet';

import { countControls } from './control-bytes.ts';
import { detectLatin } from './detect-latin.ts';

export interface DetectedEncoding {
  /** A label of the WHATWG encoding standard, as TextDecoder takes it. */
  readonly encoding: string;
  readonly bomBytes: number;
  /** 0 to 1. */
  readonly confidence: number;
}

const BOMS: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** The detector's names for what Windows programs write under other names. */
const LABELS: Readonly<Record<string, string>> = {
  'ISO-8859-1': 'windows-1252',
  'ISO-8859-9': 'windows-1254',
  ASCII: 'utf-8',
  'UTF-8': 'utf-8',
  Shift_JIS: 'shift_jis',
  GB18030: 'gb18030',
  Big5: 'big5',
  'EUC-JP': 'euc-jp',
  'EUC-KR': 'euc-kr',
};
const DETECT_BYTES = 256 * 1024;
const LF = 10;

/** Finds the encoding of a text by its first bytes: by BOM, by the zeros of UTF-16, by being valid UTF-8, else by its statistics. */
export function detectEncoding(bytes: Buffer, isWhole: boolean): DetectedEncoding {
  for (const bom of BOMS) {
    if (bom.bytes.every((byte, index) => bytes[index] === byte)) {
      return { encoding: bom.encoding, bomBytes: bom.bytes.length, confidence: 1 };
    }
  }
  const wide = detectUtf16(bytes);
  if (wide !== undefined) return { encoding: wide, bomBytes: 0, confidence: 0.95 };
  if (isUtf8(isWhole ? bytes : bytes.subarray(0, completeLength(bytes))))
    return { encoding: 'utf-8', bomBytes: 0, confidence: 1 };
  // A stray byte in a text that is otherwise UTF-8 doesn't make it something else: it is mended.
  if (mostlyUtf8(bytes)) return { encoding: 'utf-8', bomBytes: 0, confidence: 0.8 };
  return detectByLetters(bytes);
}

/** Per cent from which on the statistics are believed: below, a few names suffice for Japanese, whose bytes are no letters elsewhere. */
const SURE = 80;
const WIDE = /^(?:shift_jis|gb18030|big5|euc-|iso-2022-)/;

function detectByLetters(head: Buffer): DetectedEncoding {
  const bytes = head.subarray(0, DETECT_BYTES);
  const candidates = analyse(bytes)
    .map(({ name, confidence }) => ({ encoding: (LABELS[name] ?? name).toLowerCase(), confidence: confidence / 100 }))
    .filter(({ encoding }) => isKnown(encoding));
  const [first] = candidates;
  const isSure = (first?.confidence ?? 0) >= SURE / 100;
  if (first !== undefined && isSure && WIDE.test(first.encoding)) return { ...first, bomBytes: 0 };
  if (!isSure && isShiftJis(bytes)) return { encoding: 'shift_jis', bomBytes: 0, confidence: 0.7 };
  const latin = detectLatin(head);
  if (latin === undefined && isThai(bytes)) return { encoding: 'windows-874', bomBytes: 0, confidence: 0.9 };
  if (latin?.isPlausible === true) return { encoding: latin.encoding, bomBytes: 0, confidence: latin.confidence };
  const others = candidates.filter(({ encoding }) => latin === undefined || WIDE.test(encoding));
  // What makes something of every byte is likelier than what does not.
  const best = others.find(({ encoding }) => decodesAll(bytes, encoding)) ?? (latin === undefined ? first : undefined);
  if (best !== undefined) return { ...best, bomBytes: 0 };
  return { encoding: latin?.encoding ?? 'windows-1252', bomBytes: 0, confidence: latin?.confidence ?? 0.3 };
}

function decodesAll(bytes: Buffer, encoding: string): boolean {
  return !new TextDecoder(encoding).decode(bytes, { stream: true }).includes('\uFFFD');
}

/** Vowels and tones above and below Thai letters stand behind one, which the bytes of other languages don't do. */
function isThai(bytes: Buffer): boolean {
  const text = new TextDecoder('windows-874').decode(bytes);
  const thai = text.match(/[\u0E01-\u0E5B]/g)?.length ?? 0;
  const others = text.match(/[^\0-\u007F\u0E01-\u0E4E“”‘’–…\u00A0]/g)?.length ?? 0;
  const marks = text.match(/[\u0E31\u0E34-\u0E3A\u0E47-\u0E4E]/g)?.length ?? 0;
  const placed = text.match(/(?<=[\u0E01-\u0E2E\u0E31\u0E34-\u0E3A])[\u0E31\u0E34-\u0E3A\u0E47-\u0E4E]/g)?.length ?? 0;
  return marks > 1 && others <= thai / 50 && placed >= marks * 0.98 && marks >= thai * 0.1 && marks <= thai * 0.45;
}

function isShiftJis(bytes: Buffer): boolean {
  const high = bytes.filter((byte) => byte >= 0x80);
  // Punctuation in Windows-1252, which no text has much of.
  const leading = high.filter((byte) => byte <= 0x9f);
  if (leading.length < high.length * 0.3) return false;
  const letters: readonly string[] =
    new TextDecoder('shift_jis').decode(bytes, { stream: true }).match(/[^\0-\u007F]/gu) ?? [];
  const japanese = letters.filter((char) =>
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー、-〟！-～]/u.test(char),
  );
  return letters.length > 0 && japanese.length >= letters.length * 0.95 && !letters.includes('\uFFFD');
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}

/**
 * Latin text in UTF-16 has a zero in every other byte; other text has one at least beside every newline, and
 * is no text of single bytes when they are left out.
 */
function detectUtf16(bytes: Buffer): string | undefined {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) even += 1;
    if (bytes[at + 1] === 0) odd += 1;
  }
  const pairs = length / 2;
  if (odd / pairs > 0.4 && even / pairs < 0.05) return 'utf-16le';
  if (even / pairs > 0.4 && odd / pairs < 0.05) return 'utf-16be';
  const head = bytes.subarray(0, length);
  if (odd > 0 && hasWideNewlines(head, 0) && isWideText(head, 'utf-16le')) return 'utf-16le';
  if (even > 0 && hasWideNewlines(head, 1) && isWideText(head, 'utf-16be')) return 'utf-16be';
  return undefined;
}

/** Is it text in UTF-16, and not just as well in UTF-8 when the zeros are left out? */
function isWideText(head: Buffer, encoding: string): boolean {
  const bytes = Buffer.from(head.filter((byte) => byte !== 0));
  if (isUtf8(bytes.subarray(0, completeLength(bytes))) && countControls(bytes) <= bytes.length / 100) return false;
  const text = new TextDecoder(encoding).decode(head, { stream: true });
  return !/[^\P{Cc}\t-\r]|[\uFFFD-\uFFFF]/u.test(text);
}

/** Nearly every LF stands at an even place, `parity` 0, or an odd one, and beside a zero. */
function hasWideNewlines(bytes: Buffer, parity: 0 | 1): boolean {
  let wide = 0;
  let all = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    all += 1;
    if (at % 2 === parity && bytes[parity === 0 ? at + 1 : at - 1] === 0) wide += 1;
  }
  // A byte of another character may be a 10, too.
  return wide > 0 && wide >= all * 0.7;
}

function mostlyUtf8(bytes: Buffer): boolean {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, DETECT_BYTES));
  let broken = 0;
  let multibyte = 0;
  for (const char of text) {
    if (char === '\uFFFD') broken += 1;
    else if (char > '\u007F') multibyte += 1;
  }
  // In no other encoding do as many bytes happen to be characters of UTF-8.
  return multibyte > broken;
}

/** Length without a UTF-8 sequence that is cut at the end. */
export function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < wanted ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
