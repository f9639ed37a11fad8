import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openHead } from '../text-layer/open-table.ts';
import { assertText } from './assert-text.ts';

const rows = 'id,name,day\n'.concat('1,Anna,2024-01-02\n'.repeat(50));
const check = (content: string | Buffer) => (): void => {
  assertText(typeof content === 'string' ? Buffer.from(content, 'latin1') : content, 'utf-8', 'a.csv');
};

describe('assertText', () => {
  it.each([
    ['a text', rows],
    ['one with a few NULs', rows.replace('Anna', 'Anna\0\0')],
    ['a short one with a NUL', 'a,b\n1,\0\n'],
    ['values padded with NULs', rows.replaceAll('Anna', 'Anna\0\0\0\0')],
    ['a NUL for every empty text', '1\t\0\t\0\t2\t\0\r\n'.repeat(50)],
    ['a few control characters', 'a,b\n1,\x02\x07\n'],
    ['text that begins like a program', `MZ,name\n${rows}`],
    ['text that begins like a picture', `BMI,name\n${rows}`],
    ['a few bytes that are not UTF-8', rows.replace('Anna', 'Ren\xe9\x80\xff')],
  ])('takes %s', (_, content) => {
    expect(check(content)).not.toThrow();
  });

  const filler = '\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f'.repeat(20);
  it.each([
    ['an old Excel workbook', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
    ['a Parquet file', 'PAR1\x15'],
    ['a PDF document', '%PDF-1.4\n'],
    ['a Tableau extract', 'Hyper\x08\0\0\x01\0'],
    ['an SQLite database', 'SQLite format 3\0'],
    ['a PNG picture', '\x89PNG\r\n'],
    ['a BMP picture', `BM\x36${filler}`],
    ['a Windows program', `MZ\x90\0${filler}`],
    ['a program', '\x7fELF\x02\x01'],
    ['binary data', filler],
    ['binary data', '\0'.repeat(500)],
    ['binary data', `${rows}${'\0'.repeat(5000)}`],
    ['binary data', '\xe9\x03\xf1\0'.repeat(400)],
  ])('refuses %s, and says so', (what, content) => {
    expect(check(content)).toThrow(what);
  });

  it('does not count the control characters that are there for a reason', () => {
    const separated = Buffer.from('DOCID\x14DATE\x14TEXT\n1\x142024-01-01\x14x\n'.repeat(20));
    expect(check(separated)).toThrow('binary data');
    expect(() => assertText(separated, 'utf-8', 'a.csv', '\x14')).not.toThrow();
    // Shifts into Japanese letters and back.
    const japanese = Buffer.from('\x1b$BF|IU\x1b(B,\x1b$B>&IJL>\x1b(B,\x1b$B?tNL\x1b(B\n'.repeat(20));
    expect(() => assertText(japanese, 'iso-2022-jp', 'a.csv')).not.toThrow();
  });

  it('refuses bytes at random', () => {
    for (let times = 0; times < 50; times += 1) expect(check(randomBytes(2000))).toThrow('binary data');
  });
});

describe('text in another form', () => {
  async function open(content: Buffer): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'hf-text-'));
    try {
      const path = join(folder, 'a.csv');
      await writeFile(path, content);
      return (await openHead({ path, name: 'a.csv' })).text;
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const forms = (text: string): Buffer[] => [
    Buffer.from(text),
    Buffer.from(`\uFEFF${text}`),
    Buffer.from(`\uFEFF${text}`, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
  ];

  it.each([
    ['an HTML page', '<!DOCTYPE html>\n<html><body>404</body></html>\n'],
    ['an HTML page', '\n<table border="1">\n<tr><td>1</td></tr>\n</table>\n'],
    ['an XML document', '<?xml version="1.0"?>\n<rows><row/></rows>\n'],
    ['an XML document', '<rows>\n<row a="1"/>\n</rows>\n'],
    ['JSON', '[{"a": 1}, {"a": 2}]\n'],
    ['JSON', '[[1,2],\n[3,4]]\n'],
    ['JSON', '[["a",2],["b",4]]\n'],
    ['JSON', '{"a": 1}\n{"a": 2}\n'],
  ])('is refused as %s, in any encoding: %j', async (what, text) => {
    for (const content of forms(text)) await expect(open(content)).rejects.toThrow(what);
  });

  it.each(['[a],[b]\n1,2\n', '<5,>6\n1,2\n', '[1],2\n[3],4\n', '<a>,b\n1,2\n', '{a},b\n1,2\n'])(
    'is none that begins like it: %j',
    async (text) => {
      for (const content of forms(text)) expect(await open(content)).toBe(text);
    },
  );
});
