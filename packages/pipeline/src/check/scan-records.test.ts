import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { columnKind } from '../typing/column-kinds.ts';
import type { GuessedLoadColumn } from '../extract/guess-columns.ts';
import { cellLanguage } from './cell-language.ts';
import { misfits } from './judge-cells.ts';
import { recordAutomaton, type RecordForm } from './record-automaton.ts';
import { type DoubtfulRecord, RecordScan } from './scan-records.ts';
import { splitBytes } from './split-bytes.ts';

const form: RecordForm = { delimiter: ',', quote: '"', newline: '\n' };

function column(
  index: number,
  kind: string,
  type: GuessedLoadColumn['type'],
  kindsSeen: readonly string[],
  more: Partial<GuessedLoadColumn> = {},
): GuessedLoadColumn {
  return {
    name: `column ${index}`,
    index,
    kind: columnKind(kind),
    type,
    kindsSeen,
    hasNullTokens: false,
    isEmpty: false,
    isTrimmed: true,
    isGiven: false,
    nullsBadValues: false,
    bad: 0,
    ...more,
  };
}

const columns = [
  column(0, 'integer', 'bigint', ['integer']),
  column(1, 'text', 'text', ['other']),
  column(2, 'decimal', 'numeric(18,2)', ['integer', 'decimal']),
  column(3, 'iso-date', 'date', ['iso-date']),
  column(4, 'boolean', 'boolean', ['true-word', 'false-word']),
  column(5, 'eu-decimal', 'numeric(18,2)', ['comma-decimal', 'eu-number'], { hasNullTokens: true }),
];

/** Runs a scan over a text that comes in pieces of so many bytes. */
function scanPieces(text: string, pieceBytes: number, judged: DoubtfulRecord[] = [], of = form) {
  const automaton = recordAutomaton(
    columns.map((one) => cellLanguage(one)),
    of,
  )!;
  const scan = new RecordScan(automaton, {
    form: of,
    headerRows: 1,
    judge: (doubtful) => {
      judged.push(doubtful);
      const isProper = doubtful.cells.length === columns.length;
      return isProper && misfits(doubtful.cells, columns).length === 0 ? 'keep' : 'drop';
    },
    onBlank() {},
    lost: () => new Error('lost'),
  });
  const bytes = Buffer.from(text);
  const out: Buffer[] = [];
  for (let at = 0; ; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    out.push(...scan.scan(Buffer.concat([scan.rest, piece]), piece.length === 0).map((slice) => Buffer.from(slice)));
    if (piece.length === 0) return { records: scan.records, out: Buffer.concat(out).toString() };
  }
}

const cells = constantFrom(
  '1',
  '-20',
  '007',
  '1,5',
  '',
  '""',
  '"12"',
  'a',
  '"a,b"',
  '"a\nb"',
  '"a""b"',
  '1.50',
  '1.234',
  '.5',
  '12345678901234567890',
  '2024-02-29',
  '2023-02-29',
  '2024-01-31',
  '2024-13-01',
  '2020-T -02',
  'true',
  'TRUE',
  'ja',
  'maybe',
  'sí',
  '"sí"',
  '"1,50"',
  '"1.234,5"',
  '"1,234"',
  'NA',
  '"n/a"',
  ' 1',
  '1 ',
  '٣',
);
const records = array(
  record({
    cells: array(cells, { minLength: columns.length - 1, maxLength: columns.length + 1 }),
    newline: constantFrom('\n', '\n', '\n', '\r\n'),
  }),
  { maxLength: 12 },
);

describe('RecordScan', () => {
  it('lets pass exactly the records whose cells fit, however the bytes come', () => {
    assert(
      property(records, integer({ min: 1, max: 60 }), (rows, pieceBytes) => {
        const lines = rows.map((row) => row.cells.join(',') + row.newline);
        const { out, records: read } = scanPieces(`a,b,c,d,e,f\n${lines.join('')}`, pieceBytes);
        const expected = lines.filter((line) => {
          const bytes = Buffer.from(line);
          const split = splitBytes(bytes, 0, form, true);
          if (typeof split === 'string') throw new Error(split);
          return split.cells.length === columns.length && misfits(split.cells, columns).length === 0;
        });
        expect(out).toBe(expected.join(''));
        expect(read).toBe(lines.length);
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  it('does so in long files, which it reads in several lanes', () => {
    const good = ['1,a,1.5,2024-01-31,true,"1,5"', '12345678,"long, and quoted",,2024-02-29,false,'];
    const bad = ['007,a,1,,,', '1,a,1', '1,"c\n\nd",x,,,'];
    // What stops the lanes is so rare that all of them are used, and so frequent that each of them is stopped.
    const lines = array(
      oneof(
        { arbitrary: constantFrom(...good), weight: 2000 },
        { arbitrary: constantFrom('3,"a\nb",2,,,NA'), weight: 1 },
        { arbitrary: constantFrom(...bad), weight: 1 },
      ),
      { minLength: 4000, maxLength: 8000, size: 'max' },
    );
    assert(
      property(lines, integer({ min: 10_000, max: 200_000 }), (rows, pieceBytes) => {
        const judged: DoubtfulRecord[] = [];
        const { out, records: read } = scanPieces(`a,b,c,d,e,f\n${rows.join('\n')}\n`, pieceBytes, judged);
        let line = 2;
        const expected: number[] = [];
        for (const row of rows) {
          if (bad.includes(row)) expected.push(line);
          line += row.split('\n').length;
        }
        expect(read).toBe(rows.length);
        expect(judged.map((one) => one.line)).toEqual(expected);
        expect(out).toBe(
          rows
            .filter((row) => !bad.includes(row))
            .map((row) => `${row}\n`)
            .join(''),
        );
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  it('asks only about what it is not sure of', () => {
    const judged: DoubtfulRecord[] = [];
    const rows = ['1,a,1.5,2024-01-31,true,"1,5"', '2,"b\n""c""",,,,', '3,c,2,0999-01-31,false,NA', '4,d,1,,,x'];
    scanPieces(`h,h,h,h,h,h\n${rows.join('\n')}\n`, 7, judged);
    expect(judged.map(({ line, record: number }) => [line, number])).toEqual([
      [5, 3],
      [6, 4],
    ]);
  });

  it('ends the last record where the file ends', () => {
    expect(scanPieces('h,h,h,h,h,h\n1,a,1,,,', 4)).toEqual({ records: 1, out: '1,a,1,,,\n' });
  });

  it('expects the newline of the file', () => {
    const judged: DoubtfulRecord[] = [];
    const windows = { ...form, newline: '\r\n' } as const;
    const { records: read } = scanPieces('h,h,h,h,h,h\r\n1,a,1,,,\r\n2,b,1,,,\n', 5, judged, windows);
    expect(read).toBe(2);
    expect(judged.map(({ endsAsUsual }) => endsAsUsual)).toEqual([false]);
  });

  it('needs another reader where a quote stands in the middle, or a carriage return alone', () => {
    expect(() => scanPieces('h,h,h,h,h,h\n1,a"b,1,,,\n', 100)).toThrow('lost');
    expect(() => scanPieces('h,h,h,h,h,h\n1,"ab,1,,,\n', 100)).toThrow('lost');
    expect(() => scanPieces('h,h,h,h,h,h\n1,a,1,,,\r2,b,1,,,\n', 100)).toThrow('lost');
  });
});

describe('the WebAssembly module', () => {
  it('is what its source says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hf-wasm-'));
    const path = join(folder, 'automaton-wasm.ts');
    const script = fileURLToPath(new URL('../../../../scripts/write-automaton-wasm.ts', import.meta.url));
    await promisify(execFile)(process.execPath, ['--import', 'tsx', script, path]);
    const written = await readFile(new URL('automaton-wasm.ts', import.meta.url), 'utf8');
    expect(await readFile(path, 'utf8')).toBe(written);
    await rm(folder, { recursive: true });
  });
});
