import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { sniffCsv } from '../csv/sniff-csv.ts';
import { readText } from './read-text.test-kit.ts';

async function warningsOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hf-small-'));
  const path = join(folder, 'small.csv');
  await writeFile(path, text);
  const { warnings } = await sniffCsv({ path, name: 'small.csv' });
  await rm(folder, { recursive: true });
  return warnings.join('\n');
}

describe('a table of a few rows among notes', () => {
  it.each([
    [
      'below names and values',
      '"Konto:";"DE12 / Giro";\n\n"Von:";"01.01.2024";\n"Bis:";"31.01.2024";\n"Saldo am 31.01.2024:";"1.234,56 EUR";\n\n' +
        '"Tag";"Text";"Name";"Betrag";\n"31.01.2024";"Lastschrift";"Stadtwerke";"-50,00";\n"15.01.2024";"Gutschrift";"M";"1.500,00";\n',
      ['Tag', 'Text', 'Name', 'Betrag', ''],
      2,
    ],
    [
      'below lines of one cell',
      'Extrato\nConta ;1234567\nSaldo ;1.234,56\n\nData;Loja;Valor\n31/01/2024;Pix;-50,00\n15/01/2024;Pix;1.500,00\n',
      ['Data', 'Loja', 'Valor'],
      2,
    ],
    [
      'above notes',
      '"Name","Amount","Day"\n"Acme, big","10.00","1/31/2024"\n"Beta","5.00","2/15/2024"\n\n"My Report"\n"Confidential"\n"Acme Inc."\n"By Ann"\n',
      ['Name', 'Amount', 'Day'],
      undefined,
    ],
    [
      'with years for names',
      'Table 1: Crimes\n\nRegion,2022,2023\nNorth,"1,234","1,300"\nSouth,567,600\nWest,..,12\n\nNotes:\nSource: Ministry\n',
      ['Region', '2022', '2023'],
      undefined,
    ],
  ])('is found %s', async (_, text, names, count) => {
    const read = await readText(text);
    expect(read?.header).toEqual(names);
    if (count !== undefined) expect(read?.rows).toHaveLength(count);
    expect(read?.confidence).toBeLessThan(0.8);
  });

  it('is not the second of two tables', async () => {
    const read = await readText('id,name\n1,a\n2,b\n3,c\n\nx,y,z,w\n1,2,3,4\n5,6,7,8\n');
    expect(read?.header).toEqual(['id', 'name']);
  });
});

describe('a delimiter that may be another one', () => {
  it('is told, with the other', async () => {
    expect(await warningsOf('a;b,c;d\n1;2,3;4\n5;6,7\n8,9;1\n2,3\n4;5\n')).toMatch(/% sure.*delimiter "[,;]"/);
  });

  it.each([['name\nAnn\nBob\nCid\n'], ['id,name,day\n1,Ann,2024-01-02\n2,Bob,2024-01-03\n']])(
    'is not told of %j',
    async (text) => {
      expect(await warningsOf(text)).toBe('');
    },
  );
});
