import { expect, it } from 'vitest';

import { decodeText } from './decode-text.ts';
import { detectEncoding } from './detect-encoding.ts';

const GERMAN = 'Straße;Größe;Preis\nMünchner Straße;groß;für 5 €\nÖsterreich;klein;Käse\n'.repeat(5);

async function decode(bytes: Buffer, pieceBytes = 7): Promise<{ text: string; encoding: string; mixed: number }> {
  const { encoding, bomBytes } = detectEncoding(bytes, true);
  let mixed = 0;
  let text = '';
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  })();
  for await (const piece of decodeText(pieces, { encoding, bomBytes, onMixedLine: () => (mixed += 1) })) text += piece;
  return { text, encoding, mixed };
}

it('reads UTF-8 with and without byte order mark', async () => {
  expect(await decode(Buffer.from(GERMAN))).toEqual({ text: GERMAN, encoding: 'utf-8', mixed: 0 });
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

it('reads a line that is not UTF-8 in a UTF-8 file as Windows-1252, and counts it', async () => {
  const bytes = Buffer.concat([
    Buffer.from('für,ä\n'.repeat(20)),
    Buffer.from([0x66, 0xfc, 0x72, 0x0a]),
    Buffer.from('ö,ü\n'.repeat(20)),
  ]);
  const { text, mixed } = await decode(bytes, 1000);
  expect(text).toContain('\nfür\n');
  expect(mixed).toBe(1);
});
