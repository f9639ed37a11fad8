import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
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
