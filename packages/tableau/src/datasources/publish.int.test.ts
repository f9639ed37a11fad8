import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { TableauClient } from '../client/tableau-client.ts';
import { type ScriptedReply, type SeenRequest, startScriptedSite, tableauError } from '../testing/scripted-site.ts';
import type { PublishInput } from './publish.ts';

let dir: string;
let file: { path: string; sizeBytes: number };
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hf-publish-'));
  file = { path: path.join(dir, 'x.hyper'), sizeBytes: 100_000 };
  await writeFile(file.path, Buffer.alloc(file.sizeBytes, 'x'));
});
afterAll(() => rm(dir, { recursive: true }));

const sales = {
  id: 'ds-1',
  name: 'Sales',
  updatedAt: '2026-01-01T00:00:02Z',
  project: { id: 'p-1', name: 'Finance' },
};

/** A site that takes uploads; commits and name lookups come from the test. */
function site(commit: (request: SeenRequest) => ScriptedReply, lookup: () => object[] = () => []) {
  return startScriptedSite((request) => {
    if (request.method === 'POST' && request.path.endsWith('/fileUploads')) {
      return { status: 201, body: { fileUpload: { uploadSessionId: '7720:ab-1:0', fileSize: '0' } } };
    }
    if (request.method === 'PUT') return { body: { fileUpload: { uploadSessionId: '7720:ab-1:0', fileSize: '0' } } };
    if (request.method === 'POST' && request.path.endsWith('/datasources')) return commit(request);
    if (request.path.endsWith('/datasources')) return { body: { datasources: { datasource: lookup() } } };
    return undefined;
  });
}

function publishInput(more: Partial<PublishInput> = {}): Omit<PublishInput, 'upload'> {
  return { name: 'Sales', projectId: 'p-1', mode: 'createOrOverwrite', asJob: false, before: undefined, ...more };
}

test('the commit carries only the payload part, as multipart/mixed with its length', async () => {
  await using fake = await site(() => ({ status: 201, body: { datasource: sales } }));
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  await client.datasources.publish({ ...publishInput({ name: 'Nä "&\n' }), upload });
  const [commit] = fake.seen('POST', '/datasources');
  expect(commit?.query.get('uploadSessionId')).toBe('7720:ab-1:0');
  expect(commit?.query.get('overwrite')).toBe('true');
  expect(commit?.headers['content-type']).toMatch(/^multipart\/mixed; boundary=/);
  expect(Number(commit?.headers['content-length'])).toBe(commit?.body.length);
  expect(commit?.body.toString()).toContain('name="Nä &#34;&#38;&#10;"');
});

test('chunks arrive whole and in order, with a length and one part of payload', async () => {
  await using fake = await site(() => ({}));
  await using client = await TableauClient.open(fake.settings);
  const progress: number[] = [];
  const upload = await client.uploads.send(file, {
    chunkSizeBytes: 40_000,
    maxChunkSizeBytes: 40_000,
    onProgress: (bytes) => progress.push(bytes),
  });
  expect(upload.chunks).toBe(3);
  expect(progress).toEqual([0, 40_000, 80_000, 100_000]);
  const sizes = fake.seen('PUT', '/fileUploads').map(({ body }) => body.toString().match(/x+/g)?.at(-1)?.length);
  expect(sizes).toEqual([40_000, 40_000, 20_000]);
});

test('confirm is asked once the socket is connected, and nothing is sent when it refuses', async () => {
  await using fake = await site(() => ({ status: 201, body: { datasource: sales } }));
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  const refused = new Error('stale');
  const publishing = client.datasources.publish(
    { ...publishInput(), upload },
    { confirm: () => Promise.reject(refused) },
  );
  await expect(publishing).rejects.toBe(refused);
  expect(fake.seen('POST', '/datasources')).toHaveLength(0);
});

test('a confirmation that took too long is asked again, then refused', async () => {
  await using fake = await site(() => ({ status: 201, body: { datasource: sales } }));
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  let asked = 0;
  const confirm = async () => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 1_050));
  };
  const publishing = client.datasources.publish({ ...publishInput(), upload }, { confirm });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_CONFIRM_TOO_OLD' });
  expect(asked).toBe(3);
  expect(fake.seen('POST', '/datasources')).toHaveLength(0);
});

test.each([
  ['a cut connection', { cut: true }],
  ['a gateway time-out', { status: 504, body: '<html><body>Gateway Time-out</body></html>' }],
])('after %s at the commit the published state is looked at and nothing is sent twice', async (_name, reply) => {
  let looks = 0;
  await using fake = await site(
    () => reply,
    () => ((looks += 1) > 1 ? [sales] : []),
  );
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  const published = await client.datasources.publish({ ...publishInput(), upload });
  expect(published.id).toBe('ds-1');
  expect(fake.seen('POST', '/datasources')).toHaveLength(1);
});

test('a lost answer that looking cannot settle is an error of its own, and still nothing is sent twice', async () => {
  await using fake = await site(
    () => ({ cut: true }),
    () => [sales],
  );
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  const before = { id: 'ds-1', updatedAt: sales.updatedAt };
  const publishing = client.datasources.publish({ ...publishInput({ before }), upload }, { lookForMs: 300 });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_PUBLISH_UNKNOWN', ambiguous: true });
  expect(fake.seen('POST', '/datasources')).toHaveLength(1);
});

test('403007 with mode create is told apart by looking for the name', async () => {
  await using fake = await site(
    () => tableauError('403007', 'Texte localisé'),
    () => [sales],
  );
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  const publishing = client.datasources.publish({ ...publishInput({ mode: 'create' }), upload });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_DATASOURCE_EXISTS' });
});

test('403007 without such a name is a missing permission', async () => {
  await using fake = await site(() => tableauError('403007'));
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  const publishing = client.datasources.publish({ ...publishInput({ mode: 'create' }), upload });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_PERMISSION_DENIED' });
});

test('a session that ended is replaced once, and the call is repeated', async () => {
  await using fake = await site((request) =>
    request.headers['x-tableau-auth'] === 'token-1'
      ? tableauError('401002')
      : { status: 201, body: { datasource: sales } },
  );
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  await client.datasources.publish({ ...publishInput(), upload });
  expect(fake.seen('POST', '/auth/signin')).toHaveLength(2);
});

test('a job that went well is believed, even when updatedAt shows the same second as before', async () => {
  await using fake = await startScriptedSite((request) => {
    if (request.path.includes('/fileUploads')) return { body: { fileUpload: { uploadSessionId: '1:ab-1:0' } } };
    if (request.method === 'POST' && request.path.endsWith('/datasources')) {
      return { status: 202, body: { job: { id: 'j-1', finishCode: '1', progress: '0' } } };
    }
    if (request.path.endsWith('/jobs/j-1')) {
      return { body: { job: { id: 'j-1', finishCode: '0', completedAt: '2026-01-01T00:00:02.123Z' } } };
    }
    return request.path.endsWith('/datasources') ? { body: { datasources: { datasource: [sales] } } } : undefined;
  });
  await using client = await TableauClient.open(fake.settings);
  const upload = await client.uploads.send(file);
  const before = { id: 'ds-1', updatedAt: sales.updatedAt };
  const published = await client.datasources.publish({ ...publishInput({ before, asJob: true }), upload });
  expect(published.id).toBe('ds-1');
});
