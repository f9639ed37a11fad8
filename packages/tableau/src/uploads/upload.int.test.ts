import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, truncateSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { TableauClient } from '../client/tableau-client.ts';
import { type ScriptedReply, type SeenRequest, startScriptedSite, tableauError } from '../testing/scripted-site.ts';

const sizeBytes = 300_000;
let dir: string;
let file: string;
let sha256: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hf-upload-'));
  file = path.join(dir, 'x.hyper');
  const bytes = Buffer.from(Array.from({ length: sizeBytes }, (_, index) => (index * 7) % 251));
  sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(file, bytes);
});
afterAll(() => rm(dir, { recursive: true }));

/** A site that numbers its upload sessions; appends answer by the test, or well. */
function uploadSite(append: (request: SeenRequest, nth: number) => ScriptedReply | undefined, pauseMs = 0) {
  let sessions = 0;
  let appends = 0;
  return startScriptedSite(
    (request) => {
      if (request.method === 'POST' && request.path.endsWith('/fileUploads')) {
        sessions += 1;
        return { status: 201, body: { fileUpload: { uploadSessionId: `1:ab-${sessions}:0`, fileSize: '0' } } };
      }
      if (request.method !== 'PUT') return undefined;
      appends += 1;
      return append(request, appends) ?? { body: { fileUpload: { uploadSessionId: 'x', fileSize: '0' } } };
    },
    { pauseMs },
  );
}

/** The file's bytes in an append. */
function fileBytes({ body }: SeenRequest): Buffer {
  const begin = body.indexOf('octet-stream\r\n\r\n') + 'octet-stream\r\n\r\n'.length;
  return body.subarray(begin, body.lastIndexOf('\r\n--'));
}

const small = { chunkSizeBytes: 100_000, maxChunkSizeBytes: 100_000 };

test('a session lost or cut in the middle begins anew, and the last one has every byte once (TSC #1352)', async () => {
  await using site = await uploadSite((_request, nth) => {
    if (nth === 2) return { cut: true };
    return nth === 4 ? { status: 500, body: '<html>errors.upload.concurrent_write</html>' } : undefined;
  });
  await using client = await TableauClient.open(site.settings);
  const upload = await client.uploads.send({ path: file, sizeBytes }, small);
  expect(upload).toMatchObject({ uploadSessionId: '1:ab-3:0', chunks: 3, restarts: 2 });
  const bytes = Buffer.concat(site.seen('PUT', '1:ab-3:0').map(fileBytes));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
});

test('TSC #509, #1387: after a time-out the chunks are half as large', async () => {
  await using site = await startScriptedSite(async (request) => {
    if (request.method === 'POST' && request.path.endsWith('/fileUploads')) {
      return { status: 201, body: { fileUpload: { uploadSessionId: '1:ab-1:0' } } };
    }
    if (request.method !== 'PUT') return undefined;
    // A slow link: what is too large for the time-out doesn't get through.
    if (request.body.length > 60_000) await new Promise((resolve) => setTimeout(resolve, 1_000));
    return { body: { fileUpload: { fileSize: '0' } } };
  });
  await using client = await TableauClient.open(site.settings);
  const upload = await client.uploads.send({ path: file, sizeBytes }, { ...small, chunkTimeoutMs: 400 });
  expect(upload).toMatchObject({ chunks: 6, restarts: 1 });
});

test.each([
  ['a proxy that allows less', { status: 413, body: '<html>Request Entity Too Large</html>' }],
  ['a server that allows less', tableauError('400016')],
])('TSC #793, #1299: chunks become smaller for %s', async (_name, refusal) => {
  await using site = await uploadSite((request) => (request.body.length > 30_000 ? refusal : undefined));
  await using client = await TableauClient.open(site.settings);
  const upload = await client.uploads.send({ path: file, sizeBytes }, small);
  expect(upload.chunks).toBe(12);
});

test('TSC #754: a file that becomes shorter while it is read ends the upload, and nothing hangs', async () => {
  const shrinking = path.join(dir, 'shrinking.hyper');
  await writeFile(shrinking, Buffer.alloc(sizeBytes));
  await using site = await uploadSite((_request, nth) => {
    if (nth === 1) truncateSync(shrinking, 150_000);
    return undefined;
  });
  await using client = await TableauClient.open(site.settings);
  const sending = client.uploads.send({ path: shrinking, sizeBytes }, small);
  await expect(sending).rejects.toMatchObject({ code: 'TABLEAU_FILE_CHANGED' });
});

test('a file that was written to during the upload is not committed', async () => {
  const growing = path.join(dir, 'growing.hyper');
  await writeFile(growing, Buffer.alloc(sizeBytes));
  await using site = await uploadSite((_request, nth) => {
    if (nth === 3) appendFileSync(growing, 'x');
    return undefined;
  });
  await using client = await TableauClient.open(site.settings);
  const sending = client.uploads.send({ path: growing, sizeBytes }, { ...small, onProgress: () => undefined });
  await expect(sending).rejects.toMatchObject({ code: 'TABLEAU_FILE_CHANGED' });
});

test('TSC #326, #334: a file smaller than a chunk goes the same way', async () => {
  await using site = await uploadSite(() => undefined);
  await using client = await TableauClient.open(site.settings);
  const upload = await client.uploads.send({ path: file, sizeBytes });
  expect(upload.chunks).toBe(1);
  expect(site.seen('PUT', '/fileUploads').map(fileBytes)[0]).toHaveLength(sizeBytes);
});

test('buffers that are used again never mix: 20 MB to a slow reader arrive as they are', async () => {
  const varied = path.join(dir, 'varied.hyper');
  const bytes = randomBytes(20_000_000);
  await writeFile(varied, bytes);
  const hash = createHash('sha256');
  await using site = await uploadSite((request) => {
    hash.update(fileBytes(request));
    return undefined;
  }, 1);
  await using client = await TableauClient.open(site.settings);
  await client.uploads.send({ path: varied, sizeBytes: bytes.length }, { chunkSizeBytes: 7_000_001 });
  expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('an upload stops within two seconds of its signal', async () => {
  await using site = await startScriptedSite((request) => {
    if (request.method === 'PUT') return new Promise((resolve) => setTimeout(() => resolve({}), 10_000).unref());
    return request.path.endsWith('/fileUploads') ? { body: { fileUpload: { uploadSessionId: '1:a-1:0' } } } : undefined;
  });
  await using client = await TableauClient.open(site.settings);
  const startedMs = performance.now();
  const sending = client.uploads.send({ path: file, sizeBytes }, { signal: AbortSignal.timeout(200) });
  await expect(sending).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('TSC #1249: memory stays flat while 200 MB go out', { timeout: 30_000 }, async () => {
  const large = path.join(dir, 'large.hyper');
  const handle = await open(large, 'w');
  await handle.truncate(200_000_000);
  await handle.close();
  let received = 0;
  const sink = http.createServer((request, reply) => {
    request.on('data', (part: Buffer) => (received += part.length));
    request.on('end', () => {
      const isSignIn = request.url?.endsWith('/auth/signin') === true;
      const info = { serverInfo: { productVersion: '2025.3.0', restApiVersion: '3.27' } };
      const credentials = { token: 't', site: { id: 's', contentUrl: '' }, user: { id: 'u' } };
      const other = request.method === 'GET' ? info : { fileUpload: { uploadSessionId: '1:a-1:0' } };
      reply.end(JSON.stringify(isSignIn ? { credentials } : other));
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  try {
    const serverUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    const credentials = { kind: 'pat', tokenName: 'n', tokenSecret: 'secret' } as const;
    await using client = await TableauClient.open({
      name: 'sink',
      serverUrl,
      siteContentUrl: '',
      credentials,
      tlsInsecure: false,
    });
    const before = process.memoryUsage.rss();
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
    await client.uploads.send({ path: large, sizeBytes: 200_000_000 });
    clearInterval(timer);
    expect(received).toBeGreaterThan(200_000_000);
    expect(peak - before).toBeLessThan(150_000_000);
  } finally {
    sink.closeAllConnections();
    sink.close();
    await rm(large);
  }
});
