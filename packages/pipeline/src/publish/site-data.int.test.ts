import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { requestIdFor } from '@hyperferry/tableau';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { startTestSite, targetOf, type TestSite } from './site.test-kit.ts';

let site: TestSite;
let three: { extractPath: string; sizeBytes: number };
let five: { extractPath: string; sizeBytes: number };
beforeAll(async () => {
  site = await startTestSite();
  three = await site.extract('three', 'SELECT n, n::text AS t FROM generate_series(1, 3) AS s(n)');
  five = await site.extract('five', 'SELECT n, n::text AS t FROM generate_series(1, 5) AS s(n)');
});
beforeEach(() => site.simulator.admin.reset());
afterAll(() => site[Symbol.asyncDispose]());

test('rows are changed by PATCH, once for each request id', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  const table = {
    'target-table': 'Extract',
    'target-schema': 'Extract',
    'source-table': 'Extract',
    'source-schema': 'Extract',
  };
  const requestId = requestIdFor(id, 'batch', 1);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const upload = await client.uploads.send({ path: five.extractPath, sizeBytes: five.sizeBytes });
    const job = await client.datasources.changeData({
      datasourceId: id,
      upload,
      requestId,
      actions: [{ action: 'insert', ...table }],
    });
    await client.jobs.wait(job.id);
  }
  expect(await site.rowCount(id)).toBe(8);
  const upload = await client.uploads.send({ path: five.extractPath, sizeBytes: five.sizeBytes });
  const actions = [{ action: 'replace', ...table } as const];
  const job = await client.datasources.changeData({
    datasourceId: id,
    upload,
    requestId: requestIdFor(id, 2),
    actions,
  });
  await client.jobs.wait(job.id);
  expect(await site.rowCount(id)).toBe(5);
});

test('TSC #1295: a condition with too many constants is refused before it takes the server down', async () => {
  await using client = await site.open();
  const args = Array.from({ length: 10_001 }, (_, v) => ({
    op: 'eq' as const,
    'target-col': 'n',
    const: { type: 'integer' as const, v },
  }));
  const changing = client.datasources.changeData({
    datasourceId: '00000000-0000-0000-0000-000000000000',
    requestId: 'r',
    actions: [{ action: 'delete', 'target-table': 'Extract', condition: { op: 'or', args } }],
  });
  await expect(changing).rejects.toMatchObject({
    code: 'TABLEAU_REQUEST_INVALID',
    message: expect.stringContaining('keys'),
  });
});

test('TSC #987: rows over the limit of one update say how large they are', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  site.simulator.admin.setLimits({ patchPayloadBytes: 1_000 });
  const upload = await client.uploads.send({ path: five.extractPath, sizeBytes: five.sizeBytes });
  const changing = client.datasources.changeData({
    datasourceId: id,
    upload,
    requestId: 'r',
    actions: [{ action: 'insert', 'target-table': 'Extract', 'source-table': 'Extract' }],
  });
  await expect(changing).rejects.toMatchObject({
    code: 'TABLEAU_PAYLOAD_TOO_LARGE',
    message: expect.stringContaining(String(five.sizeBytes)),
  });
});

test('samples #79: a table that does not exist fails the job with its name', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  const upload = await client.uploads.send({ path: five.extractPath, sizeBytes: five.sizeBytes });
  const job = await client.datasources.changeData({
    datasourceId: id,
    upload,
    requestId: 'r',
    actions: [
      {
        action: 'insert',
        'target-table': 'Nobody',
        'target-schema': 'Extract',
        'source-table': 'Extract',
        'source-schema': 'Extract',
      },
    ],
  });
  await expect(client.jobs.wait(job.id)).rejects.toMatchObject({ code: 'TABLEAU_JOB_FAILED' });
});

test('TSC #1090, #1339: a refresh that is queued already is no failure, and is sent once', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  site.simulator.admin.setFaults({
    rules: [{ route: 'datasources.refresh', count: 1, action: { kind: 'error', code: '409093' } }],
  });
  expect(await client.datasources.refresh(id)).toMatchObject({ state: 'alreadyQueued' });
  expect(await client.datasources.refresh(id)).toMatchObject({ state: 'started', jobId: expect.any(String) });
});

test('a downstream refresh runs after the publish, and its failure does not fail the run', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Other') });
  const absent = '00000000-0000-4000-8000-000000000000';
  const published = await site.publish(client, {
    ...three,
    target: targetOf('Sales', {
      downstream: [
        { kind: 'refresh', id },
        { kind: 'flow', id: absent },
      ],
    }),
  });
  expect(published.downstream).toMatchObject([
    { id, state: 'started' },
    { id: absent, state: 'failed' },
  ]);
});

test('TSC #1274, #1395: a download keeps blanks and letters of its name, and holds the extract', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Größe 日本 x') });
  const to = path.join(site.dir, 'down.tdsx');
  const downloaded = await client.datasources.download(id, to);
  expect(downloaded.fileName).toBe('Größe 日本 x.tdsx');
  const extractPath = path.join(site.dir, 'down.hyper');
  await client.datasources.downloadExtract(id, extractPath);
  expect(await readFile(extractPath)).toEqual(await readFile(three.extractPath));
});
