import { describe, expect, it } from 'vitest';

import { readText } from './read-text.test-kit.ts';

const header = async (text: string): Promise<readonly string[] | undefined> => (await readText(text))?.header;

describe('periods as names of columns', () => {
  it.each([
    ['years with a step', 'country,2000,2010,2020\nA,1.5,2.5,3.5\nB,2,3,4\n'],
    ['years beside a column of numbers', 'id,2019,2020,2021\n1,5,6,7\n2,8,9,10\n'],
    ['years that go down', 'id,name,2021,2020,2019\n1,A,5,6,7\n2,B,8,9,10\n'],
    ['years above words', 'country,2019,2020\nA,high,low\nB,low,high\n'],
    ['months', 'region,2024-01,2024-02,2024-03\nA,1,2,3\nB,4,5,6\n'],
    ['months above words', 'region,2024-01,2024-02\nA,high,low\nB,low,high\n'],
    ['months by name', 'region,Jan 2024,Feb 2024\nA,1,2\nB,4,5\n'],
    ['quarters', 'id,Q1 2024,Q2 2024,2024Q3\n1,1,2,3\n2,4,5,6\n'],
    ['days', 'region,2024-01-01,2024-01-02\nA,1,2\nB,4,5\n'],
  ])('%s are a header', async (_, text) => {
    expect(await header(text)).toEqual(text.split('\n')[0]?.split(','));
  });

  it.each([
    ['years below years', '2001,2005,2010\n1999,2001,2003\n1987,1990,1991\n'],
    ['years beside names, below years', 'Ann,2001,2005\nBob,1999,2003\nCid,1987,1991\n'],
    ['one year', 'Ann,2020\nBob,2021\nCid,2020\n'],
    ['years that go up and down', 'A,2019,2005,2010\nB,7,6,5\nC,8,9,10\n'],
  ])('%s are data', async (_, text) => {
    expect(await header(text)).toBeUndefined();
  });
});

describe('a preamble', () => {
  const table = 'id,day,city,amount,tax\n1,2024-01-02,Rome,5,1\n2,2024-01-03,Oslo,6,1\n3,2024-01-04,Bonn,7,1\n';
  it.each([
    ['of names and values', 'Account:,123\nFrom:,2024-01-01\nTo:,2024-03-31\n'],
    ['of names and values, with a blank line', 'Account:,123\nFrom:,2024-01-01\n\n'],
    ['of names and values, filled up', 'Account:,123,,,\nFrom:,2024-01-01,,,\n,,,,\n'],
    ['of a title, filled up', 'Report of March,,,,\n'],
    ['of comments with delimiters', '# exported by x, y\n# on 2024-01-02, 10:30, UTC\n'],
    ['of a comment with as many cells', '# a, b, c, d, e\n'],
    ['of a comment with quotes', '# "a, b\n'],
  ])('%s is left out', async (_, preamble) => {
    const read = await readText(preamble + table);
    expect(read?.header).toEqual(['id', 'day', 'city', 'amount', 'tax']);
    expect(read?.rows).toHaveLength(3);
  });

  it('of comments stands above two columns, too', async () => {
    const read = await readText('# exported by x, y\nid,name\n1,Ann\n2,Bob\n');
    expect(read?.header).toEqual(['id', 'name']);
    expect(read?.rows).toHaveLength(2);
  });

  it.each([
    ['#', '#,name,qty\n1,Ann,5\n2,Bob,6\n'],
    ['#id', '#id,name,qty\n1,Ann,5\n2,Bob,6\n'],
    ['# x', '# x,y,z\n1,2,3\n4,5,6\n'],
  ])('is not a header that begins with %s', async (first, text) => {
    const read = await readText(text);
    expect(read?.header?.[0]).toBe(first);
    expect(read?.rows).toHaveLength(2);
  });

  it('is not a row that begins with #', async () => {
    expect((await readText('#1,Ann,5\n#2,Bob,6\n3,Cid,7\n'))?.rows).toHaveLength(3);
  });

  it.each([
    ['5,,\n1,2,3\n4,5,6\n7,8,9\n'],
    ['5,,\n6,,\n1,2,3\n4,5,6\n7,8,9\n'],
    ['2024-01-02,,,\n2024-01-03,5,6,7\n2024-01-04,5,6,7\n'],
    [',,7\n1,2,3\n4,5,6\n7,8,9\n'],
  ])('is not a row with little in it: %j', async (text) => {
    const read = await readText(text);
    expect(read?.header).toBeUndefined();
    expect(read?.rows).toHaveLength(text.split('\n').length - 1);
  });

  it('is not a row that is too short in a file of words', async () => {
    const read = await readText('Ann,Rome\nBob,Oslo,x y\nCid,Bonn,z\nDan,Bern,w\n');
    expect((read?.rows.length ?? 0) + (read?.dialect.headerRows ?? 0)).toBe(4);
  });
});

describe('the line sep= of Excel', () => {
  it.each([
    ['sep=;\na;b\n1;2,5\n3;4,5\n', ';'],
    ['SEP=,\r\na,b\r\n1,2;5\r\n3,4;5\r\n', ','],
    ['"sep=;"\na;b\n1;2,5\n3;4,5\n', ';'],
    ['sep=\t\na\tb\n1\t2 5\n3\t4 5\n', '\t'],
    ['sep=|\na|b\nx,y|z\nu,v|w\n', '|'],
  ])('says the delimiter and is no record: %j', async (text, delimiter) => {
    const read = await readText(text);
    expect(read?.dialect.delimiter).toBe(delimiter);
    expect(read?.header).toEqual(['a', 'b']);
    expect(read?.rows).toHaveLength(2);
    expect(read?.rows.every((row) => row.length === 2)).toBe(true);
  });

  it('is left out where the delimiter is given, and records keep their lines', async () => {
    const read = await readText('sep=;\na,b\n1,2\n', { delimiter: ',' });
    expect(read?.header).toEqual(['a', 'b']);
    expect(read?.rows).toEqual([['1', '2']]);
  });

  it('alone is a text without content', async () => {
    expect(await readText('sep=;\n')).toBeUndefined();
  });

  it('is not a column of that name', async () => {
    expect((await readText('sep,value\n=,1\n;,2\n'))?.header).toEqual(['sep', 'value']);
  });
});

describe('a header of words above words', () => {
  it.each([
    ['a name twice', 'name,city,city\nAnn,Rome,Oslo\nBob,Paris,Bonn\nCid,Oslo,Bern\n'],
    ['an empty name', 'name,,city\nAnn,x,Oslo\nBob,y,Bonn\nCid,z,Bern\n'],
    ['an empty first name', ',name,city\nr,Ann,Oslo\ns,Bob,Bonn\nt,Cid,Bern\n'],
  ])('may have %s', async (_, text) => {
    expect(await header(text)).toEqual(text.split('\n')[0]?.split(','));
  });

  it('is none where a name comes again below', async () => {
    expect(await header('red,blue,red\nblue,red,green\ngreen,green,red\n')).toBeUndefined();
    expect(await header('red,blue,blue\ngreen,red,green\nblue,red,green\n')).toBeUndefined();
  });
});

describe('a row of units', () => {
  it.each([
    ['time,length,share\ns,m,%\n1.5,2,3\n2.5,3,4\n', ['time s', 'length m', 'share %']],
    ['item,weight\n,kg\nA,5\nB,6\n', ['item', 'weight kg']],
    ['item,speed,load\n-,m/s,kN\nA,5,1\nB,6,2\n', ['item -', 'speed m/s', 'load kN']],
    ['time,temp\n[s],[°C]\n1,5\n2,6\n', ['time [s]', 'temp [°C]']],
  ])('belongs to the header: %j', async (text, names) => {
    expect(await header(text)).toEqual(names);
  });

  it.each([
    ['item,weight\nA,x\nB,5\nC,6\nD,7\n'],
    ['id,a,b\n1,x,y\n2,5,6\n3,6,7\n4,7,8\n'],
    ['a,b\n?,?\n1,2\n3,4\n5,6\n'],
  ])('is not a bad value: %j', async (text) => {
    expect((await readText(text))?.dialect.headerRows).toBe(1);
  });
});

describe('quotes and delimiters', () => {
  it('takes double quotes where an apostrophe at the edge of a cell is all there is', async () => {
    const text = `id,text,n\n1,the boys',2\n2,'tis so,3\n${'3,plain,4\n'.repeat(400)}5,"a, b",6\n`;
    const read = await readText(text);
    expect(read?.dialect.quote).toBe('"');
    expect(read?.rows.at(-1)).toEqual(['5', 'a, b', '6']);
  });

  it.each(['||', '~|~', ';;', '::', '|#|', '~~', '^^', '|;|'])('finds the delimiter %j', async (delimiter) => {
    const csv = 'id,day,city,note\n1,2024-01-02,Rome,x y\n2,2024-01-03,,z\n3,2024-01-04,Oslo,\n';
    const read = await readText(csv.replaceAll(',', delimiter));
    expect(read?.dialect.delimiter).toBe(delimiter);
    expect(read?.header).toEqual(['id', 'day', 'city', 'note']);
    expect(read?.rows[1]).toEqual(['2', '2024-01-03', '', 'z']);
  });

  it('does not take empty cells for a delimiter', async () => {
    const read = await readText('id|a|b|c\n1||x|y\n2||z|w\n3||u|v\n');
    expect(read?.header).toEqual(['id', 'a', 'b', 'c']);
    const wide = await readText('1||x\n2||z\n3||u\n');
    expect(wide?.confidence).toBeLessThan(0.75);
  });

  it('takes a delimiter at the end of data rows for the end of the row', async () => {
    const read = await readText('id,day,city\n1,2024-01-02,Rome,\n2,2024-01-03,Oslo,\n3,2024-01-04,Bonn,\n');
    expect(read?.header).toEqual(['id', 'day', 'city']);
    expect(read?.rows[0]).toEqual(['1', '2024-01-02', 'Rome']);
  });
});
