import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import S3rver from 's3rver';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { openStore } from './open-store.ts';
import { openS3Store } from './s3.ts';
import { describeStore } from './testing.ts';

let server: S3rver;
let endpoint: string;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hf-s3-'));
  server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'hyperferry', configs: [] }],
  });
  const { port } = (await server.run()) as { port: number };
  endpoint = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  const { httpServer } = server as unknown as { httpServer: Server };
  httpServer.closeAllConnections();
  httpServer.close();
  await once(httpServer, 'close');
  await rm(directory, { recursive: true, force: true });
});

const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

describeStore('S3 store', async (folder) =>
  openS3Store({
    bucket: 'hyperferry',
    prefix: basename(join(folder, '..')),
    endpoint,
    region: 'eu-central-1',
    credentials,
  }),
);

it('tells what kind of location it does not know', async () => {
  await expect(openStore('ftp://example.com/x')).rejects.toMatchObject({ code: 'ARTIFACT_STORE_FAILED' });
});

it('opens a bucket by its location', async () => {
  const store = await openStore(`s3://hyperferry/fleet?endpoint=${encodeURIComponent(endpoint)}&region=eu-central-1`);
  expect(store.location).toBe('s3://hyperferry/fleet');
  expect(store.shared).toBe(true);
});

it('tells of a connection that is cut while an artifact is read, and the process lives on', async () => {
  const cutting = createServer((request, response) => {
    response.writeHead(200, { 'Content-Length': 1000, ETag: '"1"' });
    if (request.method === 'HEAD') response.end();
    else response.write('{"half', () => setTimeout(() => response.destroy(), 50));
  });
  cutting.listen(0, '127.0.0.1');
  await once(cutting, 'listening');
  try {
    const { port } = cutting.address() as AddressInfo;
    const store = openS3Store({
      bucket: 'b',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-central-1',
      credentials,
    });
    const ref = { key: 'runs/a/spec.json', sizeBytes: 1000, sha256: '0'.repeat(64) };
    await expect(store.fetchJson(ref)).rejects.toMatchObject({ code: 'ARTIFACT_STORE_FAILED', retryable: true });
    store.close();
  } finally {
    cutting.closeAllConnections();
    cutting.close();
  }
});
