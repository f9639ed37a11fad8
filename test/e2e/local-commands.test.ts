import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hyperferry, printedError } from './command.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-local-'));
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in/one.csv'), 'zip;tag;preis\n01234;2024-01-02;1,50\n99999;2024-01-03;2,75\n');
  await writeFile(join(folder, 'in/two.csv'), 'a,b\n1,x\n2,y,z\n3,w\n');
  await writeFile(join(folder, 'report.csv'), 'day;shop;amount\n2026-01-01;A;1,50\n2026-01-02;B;2,75\nTotal;;4,25\n');
  await writeFile(join(folder, 'in/[odd].csv'), 'n\n1\n');
  await writeFile(join(folder, 'empty.csv'), '');
  await writeFile(join(folder, 'page.csv'), '<!DOCTYPE html><html><body>404</body></html>');
  await writeFile(join(folder, 'data.json.csv'), '[{"a": 1}, {"a": 2}]');
  await writeFile(join(folder, 'book.csv'), Buffer.from('504b0304140006000800', 'hex'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => hyperferry(args, process.env, { cwd: folder });

describe('hyperferry plan', () => {
  it('says for each file what it would do, and why', async () => {
    const result = await run('plan', 'in/o*.csv', 'in/two.csv', '--json');
    expect(result.code).toBe(0);
    const [one, two] = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(one).toMatchObject({
      file: 'in/one.csv',
      encoding: 'utf-8',
      dialect: { delimiter: ';', quote: '"', newline: '\n', headerRows: 1, skipRows: 0 },
      rowCount: 2,
      columns: [
        { name: 'zip', type: 'text' },
        { name: 'tag', type: 'date' },
        { name: 'preis', type: expect.stringMatching(/^numeric/) as string },
      ],
      preview: [
        ['01234', '2024-01-02', '1,50'],
        ['99999', '2024-01-03', '2,75'],
      ],
    });
    expect(two).toMatchObject({ file: 'in/two.csv', rowCount: 3, malformed: 1, encodingConfidence: 1 });
    expect((await run('plan', 'in/two.csv')).stdout).toContain('in/two.csv: 3 rows (1 malformed), 2 columns');
  });

  it('says why each column is what it is, and how many of its values are not, also of a long file', async () => {
    const rows = Array.from(
      { length: 40_000 },
      (_, row) => `0${row},${row === 39_000 ? 'n.n.' : row},1/2/2024,${'text '.repeat(5)}${row}`,
    );
    await writeFile(join(folder, 'long.csv'), ['code,count,day,note', ...rows, ''].join('\n'));
    const lines = (await run('plan', 'long.csv')).stdout.split('\n');
    expect(lines.slice(1, 7)).toEqual([
      'column  type    nulls  rejects  why',
      expect.stringMatching(
        /^code {4}text {8}0 {8}0 {2}identifiers: [0-9,]+ of [0-9,]+ values begin with a zero [(]in the first [0-9,]+ rows[)]$/,
      ),
      'count   bigint      0        1  all but 1 of 40,000 values are whole numbers',
      'day     date        0        0  all 40,000 values are month/day/year dates',
      expect.stringMatching(/^note {4}text .*text: [0-9,]+ values of no common kind [(]in the first [0-9,]+ rows[)]$/),
      expect.stringMatching(/^! column "day": every value fits day[/]month and month[/]day alike/),
    ]);
  });

  it('does what the flags say, whatever it finds', async () => {
    const result = await run('plan', 'in/one.csv', '--delimiter', ',', '--header-rows', '0', '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({ dialect: { delimiter: ',', headerRows: 0 } });
  });
});

describe('hyperferry extract', () => {
  it('into a folder that is not there says so, when rejects are being looked for too, and leaves no scratch behind', async () => {
    await writeFile(join(folder, 'bad.csv'), `n,t\n${'1,x\n'.repeat(50)}bad,y\n`);
    const temp = join(folder, 'temp');
    await mkdir(temp);
    // Which of the two is first is chance: of three attempts one went wrong.
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const args = ['extract', 'bad.csv', '--types', 'n=bigint', '-o', join(folder, 'missing', 'x.hyper'), '--json'];
      const result = await hyperferry(args, { ...process.env, TMPDIR: temp }, { cwd: folder });
      expect(printedError(result).code).toBe('OUTPUT_NOT_WRITABLE');
      expect(await readdir(temp)).toEqual([]);
    }
  });
});

describe('a footer', () => {
  it('is left out, counted and warned of by plan and extract', async () => {
    const plan = await run('plan', 'report.csv', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({
      rowCount: 2,
      filtered: 1,
      dialect: { footerRows: 1 },
      columns: [{ type: 'date' }, { type: 'text' }, { type: 'numeric(18,2)' }],
      preview: [
        ['2026-01-01', 'A', '1,50'],
        ['2026-01-02', 'B', '2,75'],
      ],
      warnings: [expect.stringContaining('footer')],
    });
    const extract = await run('extract', 'report.csv', '-o', 'report.hyper', '--json');
    expect(JSON.parse(extract.stdout)).toMatchObject({ read: 3, loaded: 2, rejected: 0, filtered: 1 });
  });

  it('is a row when the flag says so, and to read', async () => {
    const none = await run('extract', 'report.csv', '-o', 'all.hyper', '--footer-rows', '0', '--json');
    expect(JSON.parse(none.stdout)).toMatchObject({ read: 3, loaded: 3, rejected: 0, filtered: 0 });
    const two = await run('extract', 'report.csv', '-o', 'one.hyper', '--footer-rows', '2', '--json');
    expect(JSON.parse(two.stdout)).toMatchObject({ read: 3, loaded: 1, rejected: 0, filtered: 2 });
    expect((await run('plan', 'report.csv', '--footer-rows', 'auto')).stdout).toContain(
      '! the last record is a footer',
    );
    expect((await run('read', 'report.csv')).stdout).toContain('Total,,"4,25"\r\n');
  });
});

describe('hyperferry read', () => {
  it('writes what a file says as clean CSV', async () => {
    const result = await run('read', 'in/one.csv');
    expect(result).toMatchObject({
      code: 0,
      stdout: 'zip,tag,preis\r\n01234,2024-01-02,"1,50"\r\n99999,2024-01-03,"2,75"\r\n',
    });
  });

  it('mends damaged bytes, and says so, as plan does', async () => {
    await writeFile(join(folder, 'damaged.csv'), Buffer.from('id,name\n1,Ren\xe9\0\n2,Ann\n', 'latin1'));
    const result = await run('read', 'damaged.csv', '--encoding', 'utf-8');
    expect(result).toMatchObject({ code: 0, stdout: 'id,name\r\n1,René\r\n2,Ann\r\n' });
    expect(result.stderr).toContain('1 NUL byte, on line 2, is left out');
    expect((await run('plan', 'damaged.csv', '--encoding', 'utf-8')).stdout).toMatch(
      /^! 1 NUL byte, on line 2, .*\n! 1 byte, on line 2, is not UTF-8/m,
    );
  });

  it('says on stderr what it left out above the table', async () => {
    await writeFile(join(folder, 'above.csv'), '# by us\nAccount:,12\nid,day,city\n1,2024-01-02,A\n2,2024-01-03,B\n');
    const result = await run('read', 'above.csv');
    expect(result.stdout).toBe('id,day,city\r\n1,2024-01-02,A\r\n2,2024-01-03,B\r\n');
    expect(result.stderr).toContain('! above.csv: the first line begins with # and is left out as a comment\n');
    expect(result.stderr).toContain('! above.csv: the first record stands above the table');
    const all = await run('read', 'above.csv', '--skip-rows', '0', '--header-rows', '0');
    expect(all.stdout).toContain('Account:,12,\r\n');
  });

  it.each([
    [['--skip-rows', '100'], 'skipRows 100'],
    [['--skip-rows', '3'], 'skipRows 3'],
    [['--header-rows', '5'], 'headerRows 5'],
    [['--skip-rows', '2', '--header-rows', '2'], 'skipRows 2 and headerRows 2'],
    [['--header-rows', '3'], undefined],
  ])('says when nothing is left: %j', async (args, said) => {
    await writeFile(join(folder, 'short.csv'), 'a,b\n1,2\n3,4\n');
    const { stdout } = await run('plan', 'short.csv', '--json', ...args);
    const { rowCount, warnings } = JSON.parse(stdout) as { rowCount: number; warnings: readonly string[] };
    expect(rowCount).toBe(0);
    const whole = `there are 3 records, all of them above the table by ${said}: nothing is left to load`;
    expect(warnings).toEqual(said === undefined ? [] : [whole]);
  });

  it('takes a name that exists literally before it is a glob', async () => {
    expect((await run('read', 'in/[odd].csv')).stdout).toBe('n\r\n1\r\n');
  });

  it('writes nothing for an empty file, and is content', async () => {
    expect(await run('read', 'empty.csv')).toMatchObject({ code: 0, stdout: '' });
  });

  it('reads the others when one can not be read', async () => {
    const result = await run('read', 'in/two.csv', 'none.csv', 'in/one.csv', '--out', 'out', '--json');
    expect(result.code).toBe(3);
    expect(printedError(result)).toMatchObject({ code: 'SOURCE_NOT_FOUND', file: 'none.csv' });
    expect(await readdir(join(folder, 'out'))).toEqual(['one.csv', 'two.csv']);
    expect(await readFile(join(folder, 'out/two.csv'), 'utf8')).toBe('a,b\r\n1,x\r\n2,y,z\r\n3,w\r\n');
  });

  it.each([
    ['page.csv', 'HTML'],
    ['data.json.csv', 'JSON'],
    ['book.csv', 'ZIP|archive|zip'],
  ])('says what %s is', async (name, kind) => {
    const result = await run('read', name, '--json');
    expect(result.code).toBe(3);
    expect(printedError(result).message).toMatch(new RegExp(kind));
  });
});

describe('hyperferry extract', () => {
  it('builds one extract a file, and accounts for every row', async () => {
    const result = await run('extract', 'in/o*.csv', 'in/two.csv', '--out', 'hyper', '--json');
    expect(result.code).toBe(0);
    const lines = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(lines[0]).toMatchObject({ file: 'in/one.csv', read: 2, loaded: 2, rejected: 0, columns: 3 });
    expect(lines[1]).toMatchObject({ file: 'in/two.csv', read: 3, loaded: 2, rejected: 1, filtered: 0 });
    expect(await readdir(join(folder, 'hyper'))).toEqual(['one.csv.hyper', 'two.csv.hyper']);
  });

  it('writes the rejected rows down with line and reason', async () => {
    const result = await run('extract', 'in/two.csv', '-o', 'two.hyper', '--rejects', 'rejects.csv', '--json');
    expect(result.code).toBe(0);
    const rejects = await readFile(join(folder, 'rejects.csv'), 'utf8');
    expect(rejects).toMatch(/\b3\b.*3 cells instead of 2/);
    await writeFile(join(folder, 'repaired.csv'), rejects.replace('2,y,z', '2,y z'));
    const again = await run('extract', 'repaired.csv', '-o', 'again.hyper');
    expect(again.stdout).toMatch(/1 of 1 rows, 0 rejected, 2 columns.*\n! this is a rejects file/);
  });

  it('does with bad values and ragged rows what it is told', async () => {
    await writeFile(join(folder, 'mixed.csv'), `n,t\n${'1,x\n'.repeat(2000)}oops,y\n3\n`);
    const account = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await run('extract', 'mixed.csv', '-o', 'mixed.hyper', '--json', ...args)).stdout);
    expect(await account()).toMatchObject({ read: 2002, loaded: 2000, rejected: 2 });
    expect(await account('--ragged', 'pad')).toMatchObject({ read: 2002, loaded: 2001, rejected: 1 });
    expect(await account('--bad-values', 'n=null')).toMatchObject({ read: 2002, loaded: 2001, rejected: 1 });
    expect(await account('--bad-values', 'null', '--ragged', 'pad')).toMatchObject({ read: 2002, loaded: 2002 });
    const failed = await run('extract', 'mixed.csv', '-o', 'mixed.hyper', '--json', '--ragged', 'fail');
    expect(printedError(failed)).toMatchObject({
      code: 'CSV_ROW_RAGGED',
      message: expect.stringContaining('2003') as string,
    });
    expect((await run('extract', 'mixed.csv', '-o', 'mixed.hyper', '--bad-values', 'drop')).code).toBe(2);
  });

  it('refuses to write over what it reads', async () => {
    await writeFile(join(folder, 'precious.csv'), 'a\n1\n');
    const outputs = [
      ['extract', 'precious.csv', '-o', 'precious.csv'],
      ['extract', 'precious.csv', '-o', 'p.hyper', '--rejects', './precious.csv'],
      ['read', 'precious.csv', '--out', '.'],
    ];
    for (const args of outputs) {
      expect(printedError(await run(...args, '--json')), args.join(' ')).toMatchObject({ code: 'USAGE_INVALID' });
    }
    expect(await readFile(join(folder, 'precious.csv'), 'utf8')).toBe('a\n1\n');
  });

  it.each([
    [['--quote', "'"], "id,text\n1,'a, b'\n2,c\n"],
    [['--escape', '\\'], 'id,text\n1,"a, b"\n2,"c"\n'],
    [['--newline', 'mixed'], 'id,text\r\n1,"a, b"\r2,c\n'],
    [['--newline', 'cr'], 'id,text\r1,"a, b"\r2,c\r'],
    [['--skip-rows', '2', '--header-rows', '1'], 'x,y\n\nz\nid,text\n1,"a, b"\n2,c\n'],
    [['--delimiter', '||'], 'id||text\n1||a, b\n2||c\n'],
    [['--encoding', 'utf-16le'], Buffer.from('id,text\n1,"a, b"\n2,c\n', 'utf16le')],
  ])('reads as it is told: %j', async (flags, content) => {
    await writeFile(join(folder, 'told.csv'), content);
    const read = await run('read', 'told.csv', ...flags);
    expect(read.stdout).toBe('id,text\r\n1,"a, b"\r\n2,c\r\n');
    const extract = await run('extract', 'told.csv', '-o', 'told.hyper', '--json', ...flags);
    expect(JSON.parse(extract.stdout)).toMatchObject({ read: 2, loaded: 2, rejected: 0, columns: 2 });
  });

  it('refuses two files of one name, and one output for two files', async () => {
    await mkdir(join(folder, 'in2'));
    await writeFile(join(folder, 'in2/one.csv'), 'a\n1\n');
    const twice = await run('extract', 'in/one.csv', 'in2/one.csv', '--out', 'same', '--json');
    expect(printedError(twice).code).toBe('USAGE_INVALID');
    expect(await readdir(join(folder, 'same'))).toEqual(['one.csv.hyper']);
    expect(printedError(await run('extract', 'in/one.csv', 'in/two.csv', '-o', 'x.hyper', '--json')).code).toBe(
      'USAGE_INVALID',
    );
  });
});

describe('--spec', () => {
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

  it('says what is loaded and how; options go before it', async () => {
    await write(
      'one.yaml',
      'columns: [tag, zip]\ntypes:\n  tag: text\nbadValues: null\ncsv:\n  delimiter: ";"\n  headerRows: 1\ntarget:\n  name: One\n',
    );
    const plan = await run('plan', 'in/one.csv', '--spec', 'one.yaml', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({
      columns: [
        { name: 'tag', type: 'text' },
        { name: 'zip', type: 'text' },
      ],
    });
    const other = await run(
      'plan',
      'in/one.csv',
      '--spec',
      'one.yaml',
      '--types',
      'zip=bigint',
      '--columns',
      'zip',
      '--json',
    );
    expect(JSON.parse(other.stdout)).toMatchObject({ columns: [{ name: 'zip', type: 'bigint' }] });
    const extract = await run('extract', 'in/one.csv', '-o', 'spec.hyper', '--spec', 'one.yaml', '--json');
    expect(JSON.parse(extract.stdout)).toMatchObject({ read: 2, loaded: 2, columns: 2 });
    const read = await run('read', 'in/one.csv', '--spec', 'one.yaml', '--delimiter', ',');
    expect(read.stdout).toMatch(/^zip;tag;preis,/);
  });

  it('names the source where no file is given', async () => {
    await write('source.json', JSON.stringify({ source: { kind: 'file', path: 'in/two.csv' }, ragged: 'pad' }));
    const result = await run('extract', '--spec', 'source.json', '-o', 'source.hyper', '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({ file: 'in/two.csv', read: 3 });
    expect(printedError(await run('plan', '--json')).code).toBe('USAGE_INVALID');
  });

  it.each([
    ['none.yaml', undefined, 'SPEC_NOT_READABLE', /does not exist/],
    ['broken.yaml', 'types:\n  a: [text\n', 'SPEC_NOT_READABLE', /line \d+, column \d+/],
    ['unknown.yaml', 'colums: [a]\n', 'SPEC_INVALID', /unknown\.yaml.*colums/],
    ['wrong.yaml', 'types: { zip: zipcode }\n', 'SPEC_INVALID', /types\.zip.*zipcode/],
    ['newer.yaml', 'version: 2\n', 'SPEC_VERSION_UNKNOWN', /newer\.yaml/],
    ['list.yaml', '- a\n- b\n', 'SPEC_INVALID', /list\.yaml/],
  ])('says what is wrong with %s', async (name, text, code, message) => {
    if (text !== undefined) await write(name, text);
    const result = await run('plan', 'in/one.csv', '--spec', name, '--json');
    expect(result.code).toBe(2);
    expect(printedError(result)).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('is written by --pin: the next file is read as this one was, or says what is new', async () => {
    await write('monday.csv', 'code;day;amount;note\n1;13.02.2024;1.234,50;a b\n2;01.02.2024;2,75;\n');
    await write('target.yaml', 'target: { project: Finance, name: Daily }\nonFailure: hold\n');
    expect((await run('plan', 'monday.csv', '--spec', 'target.yaml', '--pin', 'daily.yaml')).code).toBe(0);
    const spec = await readFile(join(folder, 'daily.yaml'), 'utf8');
    expect(spec).toMatch(/day: date # .+/);
    expect(spec).toMatch(/dateOrder:\n {2}day: dmy\ndecimal:\n {2}amount: ","\n/);
    expect(spec).toMatch(/target:\n {2}connection: default\n {2}project: Finance\n/);
    // By itself, all of this would be month first, numbers of thousands, and boolean.
    await write('tuesday.csv', 'code;day;amount;note\n0;01.02.2024;1,234;true\n');
    const columns = [
      { name: 'code', type: 'bigint' },
      { name: 'day', type: 'date', kind: 'dmy-date' },
      { name: 'amount', type: 'numeric(18,2)' },
      { name: 'note', type: 'text' },
    ];
    const plan = await run('plan', 'tuesday.csv', '--spec', 'daily.yaml', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ columns, dialect: { delimiter: ';' } });
    await write('less.csv', 'code;day;note\n3;01.02.2024;c\n');
    expect(printedError(await run('plan', 'less.csv', '--spec', 'daily.yaml', '--json')).code).toBe('COLUMN_UNKNOWN');
    expect(printedError(await run('plan', 'monday.csv', '--pin', 'daily.yaml', '--json')).code).toBe('USAGE_INVALID');
    expect((await run('plan', 'monday.csv', '--spec', 'daily.yaml', '--pin', 'daily.yaml')).code).toBe(0);
    expect(await readFile(join(folder, 'daily.yaml'), 'utf8')).toMatch(/name: Daily/);
  });

  it('has a JSON Schema', async () => {
    const schema = JSON.parse((await run('spec-schema')).stdout) as { properties: Record<string, unknown> };
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['source', 'types', 'csv', 'target']));
    expect(schema).toMatchObject({ additionalProperties: false });
  });
});
