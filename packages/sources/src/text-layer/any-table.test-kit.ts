import type { Dialect } from '@hyperferry/schema';
import * as fc from 'fast-check';

// Tables as people have them, and how they are written.

export interface AnyTable {
  /** Undefined: there is none. */
  readonly header: readonly string[] | undefined;
  readonly rows: readonly (readonly string[])[];
}

export type Encoding = 'utf-8' | 'utf-8 with mark' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface Writing extends Pick<Dialect, 'delimiter' | 'quote' | 'escape' | 'newline'> {
  readonly encoding: Encoding;
  /** Every cell in quotes, or only those that need them. */
  readonly quotesAll: boolean;
  readonly endsWithNewline: boolean;
}

const pad = (number: number): string => String(number).padStart(2, '0');
const day = fc
  .tuple(fc.integer({ min: 1950, max: 2030 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, date]) => [year, pad(month), pad(date)] as const);
const word = fc.constantFrom(
  'Rome',
  'Oslo',
  'red',
  'Ann Lee',
  'New York',
  'Müller',
  'São Paulo',
  'x',
  'O’Neil'.replace('’', "'"),
);
/** What stands in a column: values of one kind. */
const column: fc.Arbitrary<fc.Arbitrary<string>> = fc.constantFrom(
  fc.integer({ min: 0, max: 100_000 }).map(String),
  fc.integer({ min: -9999, max: 9999 }).map((number) => (number / 100).toFixed(2)),
  fc.integer({ min: 1, max: 9999 }).map((number) => (number / 100).toFixed(2).replace('.', ',')),
  day.map((parts) => parts.join('-')),
  day.map(([year, month, date]) => `${date}.${month}.${year}`),
  day.map(([year, month, date]) => `${month}/${date}/${year}`),
  fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${pad(hour)}:${pad(minute)}`),
  day.map((parts) => `${parts.join('-')} 10:30:00`),
  fc.constantFrom('yes', 'no'),
  fc.constantFrom('A-1', 'B-22', 'C-333'),
  fc.nat(999).map((number) => `https://a.example/${number}?q=1`),
  fc.nat(99).map((number) => `user${number}@mail.example`),
  word,
  word,
  fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
  fc
    .array(
      fc.constantFrom('a', 'word', 'say "hi"', "it's", 'one, two', 'x; y', 'a|b', 'two\nlines', '5 %', '\\', '#1', ' '),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join(' ').trim()),
);
const NAMES = [
  'id',
  'Name',
  'city',
  'Order Date',
  'amount',
  'price (EUR)',
  'Größe',
  'is_active',
  'notes',
  'customer name',
  'Q',
  'unit_price',
  'e-mail',
  'Ort',
];

export const anyTable: fc.Arbitrary<AnyTable> = fc
  .tuple(fc.array(column, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 25 }), fc.boolean(), fc.nat(3))
  .chain(([columns, count, hasHeader, holes]) =>
    fc.record({
      header: hasHeader
        ? fc.shuffledSubarray(NAMES, { minLength: columns.length, maxLength: columns.length })
        : fc.constant(undefined),
      rows: fc.array(
        fc.tuple(
          ...columns.map((values, at) =>
            // The first column is full, the others may have holes.
            at === 0 || holes > 0
              ? values
              : fc.oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: fc.constant('') }),
          ),
        ),
        { minLength: count, maxLength: count },
      ),
    }),
  )
  .map(({ header, rows }) => ({ header, rows: rows.map((row) => row.map((cell) => cell.trim())) }));

/** The usual delimiters, some that are not, and any single character. */
const delimiter = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(',', ';', '\t', '|', ' ', ', ') },
  { weight: 2, arbitrary: fc.constantFrom('||', '~|~', ';;', '::', '^', '~', '\u0001', '\u001F', '§') },
  { weight: 1, arbitrary: fc.constantFrom('!', '$', '&', '/', '=', '*', '+', '@', '#', '%', '_', '-', '¬', 'x', '7') },
);

export const anyWriting: fc.Arbitrary<Writing> = fc
  .record({
    delimiter,
    quote: fc.constantFrom('"', '"', '"', "'"),
    isEscaped: fc.boolean(),
    newline: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
    encoding: fc.constantFrom<Encoding[]>('utf-8', 'utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16be', 'windows-1252'),
    quotesAll: fc.boolean(),
    endsWithNewline: fc.boolean(),
  })
  .map(({ isEscaped, ...writing }) => ({ ...writing, escape: isEscaped ? '\\' : writing.quote }));

/** A table as a text. */
export function writeTable({ header, rows }: AnyTable, writing: Writing): string {
  const { delimiter: between, quote, escape, newline, quotesAll, endsWithNewline } = writing;
  const mark = quote as string;
  const write = (cell: string, at: number, cells: readonly string[]): string => {
    const needsQuotes =
      quotesAll ||
      between
        .trim()
        .split('')
        .some((char) => cell.includes(char)) ||
      (between === ' ' && cell.includes(' ')) ||
      (between === '\t' && cell.includes('\t')) ||
      /[\r\n]/.test(cell) ||
      cell.includes(mark) ||
      cell !== cell.trim() ||
      (at === 0 && (cell.startsWith('#') || (cell === '' && cells.length === 1)));
    if (!needsQuotes) return cell;
    const text =
      escape === quote
        ? cell.replaceAll(mark, mark + mark)
        : cell.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`);
    return mark + text + mark;
  };
  const records = [...(header === undefined ? [] : [header]), ...rows].map((cells) => cells.map(write).join(between));
  return records.join(newline) + (endsWithNewline ? newline : '');
}

/** A text as bytes. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'utf-8 with mark') return Buffer.from(`\uFEFF${text}`);
  if (encoding === 'windows-1252') return Buffer.from(text, 'latin1');
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-16le' ? little : little.swap16();
}
