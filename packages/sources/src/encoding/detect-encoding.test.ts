import { describe, expect, it } from 'vitest';

import { decodeText } from './decode-text.ts';
import { detectEncoding } from './detect-encoding.ts';
import { type MendedText, MendingLog } from './mended-text.ts';

const GERMAN = 'Straße;Größe;Preis\nMünchner Straße;groß;für 5 €\nÖsterreich;klein;Käse\n'.repeat(5);

async function decode(bytes: Buffer, pieceBytes = 7): Promise<{ text: string; encoding: string; mended: MendedText }> {
  const { encoding, bomBytes } = detectEncoding(bytes, true);
  const log = new MendingLog();
  let text = '';
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  })();
  for await (const piece of decodeText(pieces, { encoding, bomBytes, log })) text += piece;
  return { text, encoding, mended: log.mended };
}

it('reads UTF-8 with and without byte order mark', async () => {
  expect(await decode(Buffer.from(GERMAN))).toEqual({ text: GERMAN, encoding: 'utf-8', mended: {} });
  expect((await decode(Buffer.from(`\uFEFF${GERMAN}`))).text).toBe(GERMAN);
});

it('reads UTF-16 of both orders, with and without byte order mark', async () => {
  const little = Buffer.from(GERMAN, 'utf16le');
  const big = Buffer.from(little).swap16();
  expect(await decode(little)).toMatchObject({ text: GERMAN, encoding: 'utf-16le' });
  expect(await decode(big)).toMatchObject({ text: GERMAN, encoding: 'utf-16be' });
  expect((await decode(Buffer.concat([Buffer.from([0xff, 0xfe]), little]))).text).toBe(GERMAN);
});

it('reads what Windows programs write', async () => {
  const bytes = Buffer.from(GERMAN.replaceAll('€', '\u0080'), 'latin1');
  expect(await decode(bytes)).toMatchObject({ text: GERMAN, encoding: 'windows-1252' });
});

it('reads Japanese and Chinese encodings', async () => {
  // «日本語テキスト、東京» in Shift-JIS; «中文文本,北京» in GBK.
  const japanese = Buffer.from('93fa967b8cea83658c58835883678141938c8b9e0a'.repeat(30), 'hex');
  expect(detectEncoding(japanese, true).encoding).toBe('shift_jis');
  const chinese = Buffer.from('d6d0cec4cec4b1be2cb1b1beA90a'.repeat(30), 'hex');
  expect(detectEncoding(chinese, true).encoding).toBe('gb18030');
});

it('recognises Shift-JIS by a few names, and does not take quotes and dashes for it', () => {
  // «番号,名前,都市» and «1,田中太郎,東京».
  const names = Buffer.from(
    '94d48d862c96bc914f2c937391730a312c93639286917f98592c938c8b9e0a'.replace('917f', '91be'),
    'hex',
  );
  expect(detectEncoding(names, true)).toMatchObject({ encoding: 'shift_jis', confidence: 0.7 });
  const quotes = Buffer.from('id,text\n1,\x93a\x94\n2,\x93b\x94 \x96 c\n', 'latin1');
  expect(detectEncoding(quotes, true).encoding).not.toBe('shift_jis');
});

it('reads bytes that are not UTF-8 in a UTF-8 file as Windows-1252, and counts them', async () => {
  const bytes = Buffer.concat([
    Buffer.from('für,ä\n'.repeat(20)),
    Buffer.from([0x66, 0xfc, 0x72, 0x0a]),
    Buffer.from('ö,ü\n'.repeat(20)),
    Buffer.from('né le '),
    Buffer.from([0x93, 0xe9, 0x94]),
  ]);
  for (const size of [1000, 7, 1]) {
    const { text, mended } = await decode(bytes, size);
    expect(text).toContain('\nfür\nö,');
    expect(text.endsWith('\nné le “é”')).toBe(true);
    expect(mended).toEqual({ invalid: { count: 4, firstLine: 21 } });
  }
});

it('leaves NULs out, and counts them', async () => {
  const bytes = Buffer.from('a,b\r\n1,x\0\0\0\r\n2,\0\r\n3,y\r\n');
  for (const size of [1000, 7, 1]) {
    expect(await decode(bytes, size)).toEqual({
      text: 'a,b\r\n1,x\r\n2,\r\n3,y\r\n',
      encoding: 'utf-8',
      mended: { nuls: { count: 4, firstLine: 2 } },
    });
  }
});

it('says where something does not fit another encoding', async () => {
  const log = new MendingLog();
  const pieces = (async function* () {
    yield Buffer.from('a\nb\n', 'utf16le');
    yield Buffer.from([0x00, 0xd8, 0x0a, 0x00]);
  })();
  let text = '';
  for await (const piece of decodeText(pieces, { encoding: 'utf-16le', bomBytes: 0, log })) text += piece;
  expect(text).toBe('a\nb\n\uFFFD\n');
  expect(log.mended).toEqual({ invalid: { count: 1, firstLine: 3 } });
});

describe('UTF-16 without a byte order mark', () => {
  const texts = {
    Russian: 'город;дата;сумма\nМосква;2024-01-02;12\nКазань;2024-01-03;7\n',
    Greek: 'πόλη;τιμή\nΑθήνα;1\nΠάτρα;2\n',
    Japanese: '都市,人口\n東京,一千万\n大阪,二百万\n',
    Chinese: '城市,日期\n北京,一月\n上海,二月\n',
    English: 'city,day\nRome,1\n',
  };
  it.each(Object.entries(texts))('is recognised: %s', (_, text) => {
    const little = Buffer.from(text, 'utf16le');
    expect(detectEncoding(little, true).encoding).toBe('utf-16le');
    expect(detectEncoding(Buffer.from(little).swap16(), true).encoding).toBe('utf-16be');
  });

  it.each(['ab,c\0\n12,d\0\n34,e\0\n', 'a,b\0\n1,2\n', 'a\0,b\n\x001,2\n', 'a,b\n1,\0\n2,\0\n3,\0\n', '\n\0a,b\n\0'])(
    'is not what NULs make of a text of bytes: %j',
    (text) => {
      expect(detectEncoding(Buffer.from(text), true).encoding).toBe('utf-8');
    },
  );
});
