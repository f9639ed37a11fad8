import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { numberTable } from './number-table.ts';
import { readTable } from './read-table.ts';
import { inPieces, readText as read } from './read-text.test-kit.ts';
import { writeCsv } from './write-csv.ts';

const BODY = ['1,2024-01-02,Berlin', '2,2024-01-03,Paris', '3,2024-01-04,Rome'];
const CSV = ['id,day,city', ...BODY].join('\n');

describe('the dialect', () => {
  it.each([
    [',', ','],
    [';', ';'],
    ['\t', '\t'],
    ['|', '|'],
    ['^', '^'],
    ['~', '~'],
    ['\u0001', '\u0001'],
    [', ', ', '],
  ])('finds the delimiter %j', async (delimiter) => {
    const table = await read(CSV.replaceAll(',', delimiter));
    expect(table?.dialect.delimiter).toBe(delimiter);
    expect(table?.header).toEqual(['id', 'day', 'city']);
    expect(table?.rows[2]).toEqual(['3', '2024-01-04', 'Rome']);
  });

  it.each(['\n', '\r\n', '\r'])('finds the newline %j', async (newline) => {
    const table = await read(CSV.replaceAll('\n', newline));
    expect(table?.dialect.newline).toBe(newline);
    expect(table?.rows).toHaveLength(3);
  });

  it('reads mixed newlines', async () => {
    expect((await read('a,b\r\n1,2\n3,4\r5,6\r\n'))?.rows).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ]);
  });

  it('is not misled by the comma of decimals', async () => {
    const table = await read('name;price\nA;1,50\nB;2,75\nC;3,25\n');
    expect(table?.rows[0]).toEqual(['A', '1,50']);
  });

  it('finds apostrophes as quotes, and does not take those inside of words for it', async () => {
    expect((await read("id,text\n1,'a, b'\n2,'it''s'\n"))?.rows).toEqual([
      ['1', 'a, b'],
      ['2', "it's"],
    ]);
    expect((await read("id,text\n1,Men's shoes\n2,Kids' shirts\n"))?.rows[0]).toEqual(['1', "Men's shoes"]);
  });

  it('finds the backslash as escape', async () => {
    expect((await read('id,text\n1,"a \\"b\\" c"\n2,"x, y"\n'))?.rows[0]).toEqual(['1', 'a "b" c']);
  });

  it('does what it is told', async () => {
    const table = await read('a;b,c\n1;2,3\n', { delimiter: ';', headerRows: 0 });
    expect(table?.header).toBeUndefined();
    expect(table?.rows).toEqual([
      ['a', 'b,c'],
      ['1', '2,3'],
    ]);
  });
});

describe('the header', () => {
  it('is not invented where there is none', async () => {
    const table = await read(BODY.join('\n'));
    expect(table?.header).toBeUndefined();
    expect(table?.rows).toHaveLength(3);
  });

  it('of several rows is joined by a blank', async () => {
    expect((await read(`Order,Order,Place\nid,day,city\n${BODY.join('\n')}`))?.header).toEqual([
      'Order id',
      'Order day',
      'Place city',
    ]);
  });

  it('is found behind a preamble', async () => {
    const table = await read(`Report of March\n\n"made by, us"\n${CSV}\n`);
    expect(table?.header).toEqual(['id', 'day', 'city']);
    expect(table?.rows).toHaveLength(3);
  });

  it.each([
    ['of two columns', 'Report of March 2024\n\nid,day\n1,2024-01-02\n2,2024-01-03\n', ['id', 'day'], 2],
    ['of two columns of words', 'Report\nby us\n\nname,city\nAnn,Rome\nBob,Paris\n', ['name', 'city'], 2],
    ['of two columns, filled up with delimiters', 'Report,\n,\nid,day\n1,2024-01-02\n2,2024-01-03\n', ['id', 'day'], 2],
    ['of one column', 'Report of March\n\nid\n1\n2\n3\n', ['id'], 3],
  ])('is found behind a title and a blank line: %s', async (_, text, header, rows) => {
    const table = await read(text);
    expect(table?.header).toEqual(header);
    expect(table?.rows).toHaveLength(rows);
    // Who knows better has all of it.
    expect((await read(text, { skipRows: 0, headerRows: 0 }))?.rows.length).toBeGreaterThan(rows + 1);
  });

  it.each([
    ['without a blank line', 'Report\nid,day\n1,2024-01-02\n2,2024-01-03\n'],
    ['of values', '12\n\nid,day\n1,2024-01-02\n2,2024-01-03\n'],
    ['of two cells', 'Report,March\n\nid,day\n1,2024-01-02\n2,2024-01-03\n'],
    ['above rows that are no table', 'Report\n\nid,day\n1,2024-01-02\n2\n3,2024-01-04\n4,2024-01-05\n'],
    ['above a single row', 'Report\n\nid,day\n1,2024-01-02\n'],
    ['above words of one column', 'Title\n\nname\nAnn\nBob\n'],
    ['above numbers in two blocks', 'Title\n\nid\n1\n2\n\n3\n'],
  ])('is no title %s: all is kept', async (_, text) => {
    const table = await read(text);
    const filled = text.split('\n').filter((line) => line !== '').length;
    expect(table!.rows.length + table!.dialect.headerRows).toBe(filled);
  });

  it('may be years', async () => {
    expect((await read('country,2019,2020,2021\nA,1.5,2.5,3.5\nB,2,3,4\n'))?.header).toEqual([
      'country',
      '2019',
      '2020',
      '2021',
    ]);
  });

  it('with a separator too many fits the data again', async () => {
    expect((await read(`id,,day,city\n${BODY.join('\n')}`))?.header).toEqual(['id', 'day', 'city']);
  });

  it('alone is a table without rows', async () => {
    expect(await read('id,day,city\n')).toMatchObject({ header: ['id', 'day', 'city'], rows: [] });
  });
});

describe('bad records', () => {
  it('keeps every record: short ones padded, empty cells past the width trimmed, others kept', async () => {
    const table = await read('a,b,c\n1,2,3\n4,5\n6,7,8,\n9,10,11,12\n13,14,15\n16,17,18\n');
    expect(table?.rows.slice(1, 4)).toEqual([
      ['4', '5', ''],
      ['6', '7', '8'],
      ['9', '10', '11', '12'],
    ]);
  });

  it.each([
    ['most rows lack a cell', 'a,b,c,d\n1,2,3\n4,5,6\n7,8,9,10\n', '7,8,9,10'],
    ['all rows lack a cell', 'a,b,c,d\n1,2,3\n4,5,6\n7,8,9\n', '7,8,9,'],
  ])('pads to the header where %s', async (_, text, last) => {
    const table = await read(text);
    expect(table?.header).toHaveLength(4);
    expect(table?.rows[0]).toEqual(['1', '2', '3', '']);
    expect(table?.rows[2]).toEqual(last.split(','));
  });

  it('reads unescaped quotes inside of quotes as text', async () => {
    expect((await read('a,b,c\n1,"say "hi" now",3\n4,"x",6\n7,"y",9\n'))?.rows[0]).toEqual(['1', 'say "hi" now', '3']);
  });

  it('lets a quote that is never closed take no more than its own line', async () => {
    const table = await read(`a,b,c\n1,"open,3\n${'4,"five",6\n'.repeat(50)}`);
    expect(table?.rows).toHaveLength(51);
    expect(table?.rows[0]).toEqual(['1', '"open', '3']);
    expect(table?.rows[1]).toEqual(['4', 'five', '6']);
  });

  it('tells the physical line of each record, and why one does not fit', async () => {
    const table = await readTable(inPieces('a,b\n1,"two\nlines"\n\n3,4,5\n6,7\n8,9\n'));
    const misfits: unknown[] = [];
    let text = '';
    if (table !== undefined) {
      for await (const bytes of numberTable(table, { onMisfit: (misfit) => misfits.push(misfit) }))
        text += bytes.toString();
    }
    expect(text).toBe('2,1,1,"two\nlines"\n6,3,6,7\n7,4,8,9\n');
    expect(misfits).toEqual([{ line: 5, record: 2, text: '3,4,5', reason: '3 cells instead of 2', cellCount: 3 }]);
  });
});

it('is undefined for a text without content', async () => {
  expect(await read('')).toBeUndefined();
  expect(await read(' \n\n')).toBeUndefined();
});

describe('whatever is written as RFC 4180', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', '"', ',', ';', '\n', '\r\n', 'é', '😀', "'", '\\'),
    maxLength: 8,
  });
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));

  it('is read back the same, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 50 }), async (rows, pieceSize) => {
        let text = '';
        const source = (async function* () {
          yield* rows;
        })();
        for await (const piece of writeCsv({ header: undefined, rows: source })) text += piece;
        const given = { delimiter: ',', quote: '"', escape: '"', newline: '\r\n', headerRows: 0, skipRows: 0 } as const;
        expect((await read(text, given, pieceSize))?.rows ?? []).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('never loses a line, whatever stands in it', async () => {
    const line = fc.string({
      unit: fc.constantFrom('a', '1', ' ', '"', ',', ';', "'", '\\'),
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 20 }), async (lines) => {
        const filled = lines.filter((text) => text.trim() !== '');
        const result = await read(filled.join('\n'), { headerRows: 0, skipRows: 0 });
        // A record may span lines only between quotes: every character of every line is in some record.
        let seen = '';
        const again = await readTable(inPieces(filled.join('\n')), { headerRows: 0, skipRows: 0 });
        if (again !== undefined) for await (const { raw } of again.records) seen += `${raw}\n`;
        expect(seen.trimEnd()).toBe(filled.join('\n').trimEnd());
        expect(result === undefined).toBe(filled.length === 0);
      }),
      { numRuns: 300 },
    );
  });
});
