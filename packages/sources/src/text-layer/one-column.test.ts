import { describe, expect, it } from 'vitest';

import { readText } from './read-text.test-kit.ts';

const CITIES = ['New York', 'San Francisco', 'Los Angeles', 'Salt Lake City', 'Rome'];

describe('a file of one column', () => {
  it.each([
    ['names', 'name', ['John Smith', 'Mary Jones', 'Ann Lee']],
    ['names of several words', 'city', CITIES],
    ['names, last ones first', 'name', ['Smith, John', 'Jones, Mary', 'Lee, Ann']],
    ['sentences', 'comment', ['Hello, world!', 'It is fine.', 'Well, yes, and no: who knows?', 'Ok', 'A; b']],
    ['sentences with one comma each', 'comment', ['Hello, world', 'Fine, thanks', 'Well, yes', 'So, what now']],
    ['decimals with a comma', 'preis', ['1,5', '2,75', '3,25']],
    ['amounts with grouping', 'amount', ['1,234', '5,678', '12,345']],
    ['times', 'time', ['10:30', '11:45', '23:59']],
    ['times and dates', 'at', ['2024-01-02 10:30:00', '2024-01-03 11:45:10', '2024-01-04 12:00:00']],
    ['dates with names', 'day', ['2 January 2024', '3 January 2024', '14 March 2024']],
    ['URLs', 'url', ['https://a.example/x', 'https://b.example/y?z=1', 'http://c.example:8080/']],
    ['lines of keys and values', 'setting', ['host: localhost', 'port: 5432', 'user: ann']],
    ['lines of keys and numbers', 'setting', ['a: 1', 'b: 2', 'c: 3']],
    ['paths', 'path', ['/usr/bin/env', '/usr/bin/node', '/usr/lib/x']],
    ['paths of Windows', 'path', ['C:\\Users\\ann', 'C:\\Users\\bob', 'D:\\data']],
    ['paths with blanks', 'path', ['/home/ann/My Files', '/home/bob/My Files', '/home/cid/My Files']],
    ['phone numbers', 'phone', ['+49 30 1234567', '+49 89 7654321', '+49 40 1111111']],
    ['addresses', 'address', ['12 Main Street', '5 High Street', '77 Park Avenue']],
    ['missions', 'mission', ['Apollo 11', 'Apollo 12', 'Apollo 13']],
    ['mail addresses', 'mail', ['ann@a.example', 'bob@b.example', 'cid@c.example']],
    ['colours', 'colour', ['#ff0000', '#00ff00', '#0000ff']],
    ['quoted text', 'text', ['"a, b"', '"c; d"', '"e"']],
    ['identifiers', 'id', ['A-1', 'A-2', 'B-1']],
  ])('may be %s', async (_, header, values) => {
    const table = await readText(`${[header, ...values].join('\n')}\n`);
    expect(table?.header).toEqual([header]);
    expect(table?.rows).toEqual(values.map((value) => [value.replaceAll('"', '')]));
  });

  it.each([
    ['names', ['John Smith', 'Mary Jones', 'Ann Lee']],
    ['sentences', ['Hello, world!', 'It is fine.', 'Well, yes, and no: who knows?', 'Ok', 'A; b']],
    ['times', ['10:30', '11:45', '23:59']],
    ['URLs', ['https://a.example/x', 'https://b.example/y?z=1', 'http://c.example:8080/']],
    ['lines of keys and values', ['host: localhost', 'port: 5432', 'user: ann']],
    ['paths', ['/usr/bin/env', '/usr/bin/node', '/usr/lib/x']],
    ['mail addresses', ['ann@a.example', 'bob@b.example', 'cid@c.example']],
    ['colours', ['#ff0000', '#00ff00', '#0000ff']],
    ['negative numbers', ['-1', '-2', '-3']],
    ['percentages', ['1%', '2%', '3%']],
  ])('without a header may be %s', async (_, values) => {
    const table = await readText(`${values.join('\n')}\n`);
    const all = [...(table?.header === undefined ? [] : [[...table.header]]), ...(table?.rows ?? [])];
    expect(all).toEqual(values.map((value) => [value]));
  });

  it('is not certain where two columns are as likely', async () => {
    expect((await readText('1,2\n3,4\n5,6\n'))?.width).toBe(2);
    expect((await readText('1,5\n2,7\n3,2\n'))?.confidence).toBeLessThan(0.7);
    expect((await readText('Apollo 11\nApollo 12\nApollo 13\n'))?.confidence).toBeLessThan(0.7);
  });
});

describe('a file of several columns', () => {
  it.each([
    ['blanks', 'id day value\n1 2024-01-02 1.5\n2 2024-01-03 2.5\n3 2024-01-04 3.5\n', 3],
    [
      'blanks, with some more of them in text',
      'id day time name\n1 2024-01-02 10:30 Ann\n2 2024-01-03 10:31 Bob Lee\n3 2024-01-03 10:32 Cid\n',
      4,
    ],
    ['blanks, with a quoted name', 'id name\n1 "John Smith"\n2 "Mary Jones"\n3 Ann\n', 2],
    ['colons', 'user:id:home\nann:1:/home/ann\nbob:2:/home/bob\n', 3],
    ['commas, one of them a decimal mark in quotes', 'name,price\nA,"1,5"\nB,"2,75"\n', 2],
    ['commas, all of it text', 'name,city\nAnn,Rome\nBob,Paris\nCid,Oslo\n', 2],
    ['semicolons, below a title', 'Report\n\nid;day;city\n1;2024-01-02;Rome\n2;2024-01-03;Oslo\n', 3],
    ['commas, below a header that is too short', 'name\nA,1\nB,2\nC,3\n', 2],
  ])('may be delimited by %s', async (_, text, width) => {
    expect((await readText(text))?.width).toBe(width);
  });

  it('is what it is said to be', async () => {
    expect((await readText('10:30\n11:45\n', { delimiter: ':', headerRows: 0 }))?.rows).toEqual([
      ['10', '30'],
      ['11', '45'],
    ]);
    expect((await readText('name\nJohn Smith\n', { delimiter: ' ', headerRows: 1 }))?.width).toBe(2);
  });
});
