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

describe('names with digits in them', () => {
  const rows = (row: (at: number) => string): string => Array.from({ length: 30 }, (_, at) => `${row(at)}\n`).join('');
  it.each([
    ['numbers', 'Customer;Ref1;Ref2;Amount;Paid', rows((at) => `ACME;R${at};X${at};${at},50;ja`)],
    ['numbers, though they look like the codes', 'H1,H2,Amount', rows((at) => `A${at},B${at},${at}`)],
    ['codes of another shape', 'ICD10,Description', rows((at) => `A${at}.${at % 9},Disease of Hull`)],
    ['other letters', 'Employee,Shift1,Shift2', rows((at) => `Ann,N${at % 3},F${at % 4}`)],
    ['hashes', 'md5,sha1,file', rows((at) => `${`a${at}c`.repeat(9)},${`${at}f0`.repeat(11)},file${at}.bin`)],
  ])('are a header above %s', async (_, names, body) => {
    const read = await readText(`${names}\n${body}`);
    expect(read?.header).toEqual(names.split(/[;,]/));
    expect(read?.rows).toHaveLength(30);
  });

  it.each([
    ['codes above codes', rows((at) => `A-${at},B${at}`)],
    [
      'codes of any shape',
      rows((at) => `${'aAbB'.slice(at % 4)}-${at}${'xyz'.slice(at % 3)},${at}b${'c'.repeat(at % 5)}`),
    ],
    ['a missing number', `A-0,n/a\n${rows((at) => `A-${at},${at}`)}`],
    ['a number that is unknown', `A-0,unknown\nA-00,unknown\n${rows((at) => `A-${at},${at}`)}`],
  ])('are not %s', async (_, text) => {
    expect(await header(text)).toBeUndefined();
  });
});

describe('a second row of names', () => {
  it.each([
    [
      'answers below questions',
      'ID,Which?,Rate each:,,\n,Response,Price,Quality,Service\n7001,ok,1,1,1\n7002,ok,2,3,4\n7003,no,3,3,4\n',
      ['ID', 'Which? Response', 'Rate each: Price', 'Quality', 'Service'],
    ],
    [
      'answers in words that come again',
      'ID,Which?,,\n,Excel,Tableau,Other\n7001,Excel,,x\n7002,,Tableau,\n7003,Excel,,y\n',
      ['ID', 'Which? Excel', 'Tableau', 'Other'],
    ],
    [
      'years of each group',
      'Region,Sales,,Costs,\n,2023,2024,2023,2024\nNorth,10,11,5,6\nSouth,12,13,7,8\n',
      ['Region', 'Sales 2023', '2024', 'Costs 2023', '2024'],
    ],
    [
      'kinds of what was measured',
      'Time,Volts,Temp\n,Avg,Max\n10:00,12.5,3\n10:01,12.25,4\n10:02,12,5\n',
      ['Time', 'Volts Avg', 'Temp Max'],
    ],
  ])('holds %s', async (_, text, names) => {
    expect(await header(text)).toEqual(names);
  });

  it.each([
    ['id,name,city\n,Ann,Rome\n,Bob,Oslo\n3,Cid,Bonn\n4,Dan,Bern\n5,Eve,Nice\n'],
    ['name,qty,\n,5,x\nAnn,6,y\nBob,7,z\nCid,8,y\n'],
    ['id,name,city\n,Ann,Rome\n2,Bob,Oslo\n3,Cid,Bonn\n'],
    ['id,name,qty\n,Ann,missing\n2,Bob,5\n3,Cid,6\n4,Dan,7\n'],
  ])('is not a row of data: %j', async (text) => {
    expect((await readText(text))?.dialect.headerRows).toBe(1);
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
    ['of a title that another delimiter splits', 'North; South; East; West; All\n'],
    ['of a title of as many words', 'Sales of shops by day\n'],
    ['as wide as the table', 'Account,Last 30 days,,,\nBalance,,,1000,EUR\n'],
    ['wider than the table', 'TOA5,CR1000,CR1000,1234,CR1000.Std.22,CPU:prog,4567,Table1\n'],
  ])('%s is left out', async (_, preamble) => {
    const read = await readText(preamble + table);
    expect(read?.header).toEqual(['id', 'day', 'city', 'amount', 'tax']);
    expect(read?.rows).toHaveLength(3);
  });

  it('stands above a column without name and values, too', async () => {
    const read = await readText(
      'Account;123;;\nFrom;1.1.24;;\nday;text;amount;\n1.1.24;a;5;\n2.1.24;b;6;\n3.1.24;c;7;\n',
    );
    expect(read?.header).toEqual(['day', 'text', 'amount', '']);
    expect(read?.rows).toHaveLength(3);
  });

  it('of pairs of words stands above pairs of values', async () => {
    const years = Array.from({ length: 12 }, (_, at) => `${1984 + at},${2270 + at}\n`).join('');
    const read = await readText(`Title,GDP\nUnit,m\nReleased,2024-02-10\nNotes,\n${years}`);
    expect(read?.header).toBeUndefined();
    expect(read?.rows).toHaveLength(12);
    expect((await readText(`Year,GDP\nof,in\nrelease,millions\n${years}`))?.rows).toHaveLength(12);
  });

  it('is not a row of names of groups', async () => {
    const text = 'Key,Order,Order,Money,Money\nid,day,city,amount,tax\n';
    expect(await header(text + table.slice(table.indexOf('\n') + 1))).toEqual(
      'Key id,Order day,Order city,Money amount,Money tax'.split(','),
    );
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
    ['time,speed,torque\ns,rpm,Nm\n1,5,2\n2,6,3\n', ['time s', 'speed rpm', 'torque Nm']],
    ['time,temp,air,dose\ns,degC,hPa,mSv\n1,5,2,1\n2,6,3,1\n', ['time s', 'temp degC', 'air hPa', 'dose mSv']],
  ])('belongs to the header: %j', async (text, names) => {
    expect(await header(text)).toEqual(names);
  });

  it.each([
    ['item,weight\nA,x\nB,5\nC,6\nD,7\n'],
    ['id,a,b\n1,x,y\n2,5,6\n3,6,7\n4,7,8\n'],
    ['a,b\n?,?\n1,2\n3,4\n5,6\n'],
    ['a,b,c\nm,n/a,g\n1,2,3\n3,4,5\n5,6,7\n'],
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

  it('does not take empty columns at the end for a delimiter', async () => {
    const read = await readText('Sales of 2024;;;;\nRegion;Q1;Q2;;\nNorth;1;2;;\nSouth;3;4;;\nEast;5;6;;\n');
    expect(read?.dialect.delimiter).toBe(';');
    expect(read?.header).toEqual(['Region', 'Q1', 'Q2', '', '']);
    expect(read?.rows[0]).toEqual(['North', '1', '2', '', '']);
  });

  it.each([
    ['a currency', 'C-430;$3,115.50\nC-431;$2,115.50\nC-432;$12.50\n', ['C-430', '$3,115.50']],
    ['a plus', 'A1;+49 30 12\nA2;+49 30 13\nA3;+49 30 14\n', ['A1', '+49 30 12']],
    ['a percent sign', '5%;Ann\n6%;Bob\n7%;Cid\n', ['5%', 'Ann']],
  ])('does not take %s for a part of the delimiter', async (_, text, row) => {
    const read = await readText(text);
    expect(read?.dialect.delimiter).toBe(';');
    expect(read?.rows[0]).toEqual(row);
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
