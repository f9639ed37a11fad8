import { array, asyncProperty, assert, constantFrom, integer, string } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type MalformedRecord, numberRecords, type NumberRecordsOptions } from './number-records.ts';

async function run(text: string, options: Partial<NumberRecordsOptions> = {}, chunkBytes = 1 << 20) {
  const bytes = Buffer.from(text);
  const malformed: MalformedRecord[] = [];
  const count = { records: 0, malformed: 0 };
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  })();
  const given = {
    sourceName: 'test.csv',
    delimiter: ',',
    quote: '"',
    width: 2,
    headerRows: 1,
    onMalformed: (record: MalformedRecord) => malformed.push(record),
    ...options,
  };
  const out: Buffer[] = [];
  for await (const chunk of numberRecords(chunks, given, count)) out.push(chunk);
  return { text: Buffer.concat(out).toString(), malformed, count };
}

describe('numberRecords', () => {
  it('puts the physical line and the number before each record', async () => {
    const { text } = await run('a,b\n1,2\n3,4\n');
    expect(text).toBe('2,1,1,2\n3,2,3,4\n');
  });

  it('counts the lines of quoted cells', async () => {
    const { text } = await run('a,b\n"x\ny",2\n3,4\n');
    expect(text).toBe('2,1,"x\ny",2\n4,2,3,4\n');
  });

  it('refuses a record without an end, instead of holding all of it', async () => {
    const endless = (async function* () {
      yield Buffer.from('a,b\n1,2\n3,');
      for (;;) yield Buffer.alloc(1 << 20, 'x');
    })();
    const options = { sourceName: 'x.csv', delimiter: ',', quote: '"', width: 2, headerRows: 1, onMalformed() {} };
    const reading = (async () => {
      for await (const _ of numberRecords(endless, options, { records: 0, malformed: 0 }));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CSV_RECORD_TOO_LONG', details: { line: 3 } });
  });

  it('leaves blank lines out and a missing last newline alone', async () => {
    const { text, count } = await run('a,b\n\n1,2\n  \n3,4');
    expect(text).toBe('3,1,1,2\n5,2,3,4\n');
    expect(count.records).toBe(2);
  });

  it('takes what the text layer takes for a blank line for one, too', async () => {
    const { count } = await run('a,b\n1,2\n\f\n\u00a0\n\u3000\t\n"\u00a0"\n3,4\n');
    expect(count).toEqual({ records: 3, malformed: 1 });
  });

  it('keeps back records of another width', async () => {
    const { text, malformed } = await run('a,b\n1\n1,2\n1,2,3\n');
    expect(text).toBe('3,2,1,2\n');
    expect(malformed.map(({ line, record, text: raw }) => [line, record, raw])).toEqual([
      [2, 1, '1'],
      [4, 3, '1,2,3'],
    ]);
  });

  it('pads short records and cuts empty cells when asked to', async () => {
    const { text, malformed } = await run('a,b\n1\n1,2,,\n1,2,3\n', { pad: true });
    expect(text).toBe('2,1,1,\n3,2,1,2\n');
    expect(malformed).toHaveLength(1);
  });

  it('loses one line to a quote that is never closed', async () => {
    const { text, malformed } = await run('a,b\n1,"2\n3,4\n5,6\n');
    expect(text).toBe('3,2,3,4\n4,3,5,6\n');
    expect(malformed[0]).toMatchObject({ line: 2, text: '1,"2' });
  });

  it('leaves a file with a lone carriage return to the text layer', async () => {
    await expect(run('a,b\n1,x\ry\n1,2\r\n')).rejects.toMatchObject({ code: 'CSV_QUOTE_UNTERMINATED' });
    await expect(run('a,b\n1,"x\ry"\n1,2\r\n')).resolves.toMatchObject({ count: { records: 2 } });
  });

  it('gives the same whatever the size of the chunks', async () => {
    const text = array(constantFrom('1', ',', '"', '\n', '\r\n', '\r', 'é', ' ', 'ab'), { maxLength: 60 });
    await assert(
      asyncProperty(text, integer({ min: 1, max: 9 }), async (parts, size) => {
        const told = (error: Error): string => error.message;
        expect(await run(parts.join(''), {}, size).catch(told)).toEqual(await run(parts.join('')).catch(told));
      }),
    );
  });

  it('accounts for every record of any text', async () => {
    await assert(
      asyncProperty(string(), async (text) => {
        const { text: out, count } = await run(text.replaceAll('\r', ''), { quote: null, headerRows: 0 });
        const kept = out.split('\n').length - 1;
        expect(count.records).toBe(kept + count.malformed);
      }),
    );
  });
});
