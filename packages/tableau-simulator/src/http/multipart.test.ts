import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { boundaryOf, parsePartHeader, type PartHeader, readMultipart } from './multipart.ts';

interface Part extends PartHeader {
  readonly content: Buffer;
}

async function parse(body: Buffer, boundary: string, chunkSize = body.length || 1): Promise<readonly Part[]> {
  const parts: { header: PartHeader; chunks: Buffer[] }[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < body.length; from += chunkSize) yield body.subarray(from, from + chunkSize);
  }
  await readMultipart(chunks(), boundary, {
    onPart: (header) => void parts.push({ header, chunks: [] }),
    onData: (bytes) => void parts.at(-1)?.chunks.push(Buffer.from(bytes)),
    onPartEnd() {},
  });
  return parts.map(({ header, chunks: received }) => ({ ...header, content: Buffer.concat(received) }));
}

function write(contents: readonly Uint8Array[], boundary: string, newline = '\r\n'): Buffer {
  const parts = contents.flatMap((content, index) => [
    Buffer.from(`--${boundary}${newline}Content-Disposition: name="p${index}"${newline}${newline}`),
    Buffer.from(content),
    Buffer.from(newline),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--${newline}`)]);
}

describe('readMultipart', () => {
  it('gives every part back byte by byte, however the stream is cut', async () => {
    // Bytes that the delimiter is made of come often.
    const content = fc
      .array(fc.constantFrom(13, 10, 45, 98, 99, 0, 255), { maxLength: 60 })
      .map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        async (contents, size) => {
          fc.pre(contents.every((bytes) => !`\n${bytes.toString('latin1')}`.includes('\n--bcb')));
          const parts = await parse(write(contents, 'bcb'), 'bcb', size);
          expect(parts.map((part) => part.content)).toEqual(contents);
        },
      ),
    );
  });

  it('never hangs or loses its mind on any bytes', async () => {
    const bytes = fc
      .array(fc.constantFrom(13, 10, 45, 98, 58, 32), { maxLength: 200 })
      .map((list) => Buffer.from(list));
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 20 }), async (body, size) => {
        await parse(body, 'b', size).catch((error: unknown) => {
          expect(error).toMatchObject({ code: '400000' });
        });
      }),
    );
  });

  it('tolerates bare line feeds, preamble and epilogue', async () => {
    const body = Buffer.concat([
      Buffer.from('preamble\n'),
      write([Buffer.from('x')], 'b', '\n'),
      Buffer.from('epilogue'),
    ]);
    expect((await parse(body, 'b')).map((part) => part.content.toString())).toEqual(['x']);
  });

  it('tells an empty part from no part', async () => {
    expect(await parse(write([Buffer.alloc(0)], 'b'), 'b')).toMatchObject([{ name: 'p0', content: Buffer.alloc(0) }]);
  });

  it.each([
    ['nothing', ''],
    ['no closing delimiter', '--b\r\nContent-Disposition: name="a"\r\n\r\nx\r\n'],
    ['another boundary', '--c\r\n\r\nx\r\n--c--\r\n'],
  ])('refuses %s with 400000', async (_, body) => {
    await expect(parse(Buffer.from(body), 'b')).rejects.toMatchObject({ code: '400000' });
  });
});

describe('parsePartHeader', () => {
  it.each([
    ['Content-Disposition: name="request_payload"', 'request_payload', undefined],
    ['content-disposition: form-data; name="request_payload"; filename=""', 'request_payload', undefined],
    ['CONTENT-DISPOSITION: name=tableau_file; filename=file', 'tableau_file', 'file'],
    ['Content-Disposition: form-data; name="f"; filename="日本 %22x%22.hyper"', 'f', '日本 "x".hyper'],
    ['Content-Disposition: form-data; filename="a; name=b.hyper"; name="f"', 'f', 'a; name=b.hyper'],
  ])('reads %s', (text, name, filename) => {
    const header = parsePartHeader(text);
    expect([header.name, header.filename]).toEqual([name, filename]);
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/mixed; boundary=abc', 'abc'],
    ['Multipart/Mixed;boundary="a b"', 'a b'],
    ['multipart/mixed; charset=utf-8; boundary=abc', 'abc'],
  ])('reads %s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });

  it.each([undefined, 'multipart/form-data; boundary=abc', 'multipart/mixed', 'text/xml'])('refuses %s', (type) => {
    expect(() => boundaryOf(type)).toThrow(expect.objectContaining({ code: '400000' }));
  });
});
