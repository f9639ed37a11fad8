import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { appendBody, hyperBytes, openRawSession, publishBody, type RawReply, type RawSession } from '../testing.ts';

const ROWS = `CREATE TABLE "Extract"."Extract" AS SELECT g AS "id", CAST(g AS text) AS "t", CASE WHEN g > 8 THEN NULL ELSE g END AS "k" FROM generate_series(1, 10) AS s(g)`;
const SOURCE = `CREATE TABLE "Extract"."Extract" AS SELECT g AS "id", 'new' AS "t", CAST(NULL AS int) AS "k" FROM generate_series(6, 15) AS s(g)`;
const TWICE = `CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "id", 'new' AS "t" FROM generate_series(1, 2) AS s(g)`;

const target = { 'target-table': 'Extract', 'target-schema': 'Extract' };
const source = { 'source-table': 'Extract', 'source-schema': 'Extract' };
const byId = { op: 'eq', 'target-col': 'id', 'source-col': 'id' };
const constant = (op: string, column: string, type: string, v: unknown) => ({
  op,
  'target-col': column,
  const: { type, v },
});
const removeAll = { action: 'delete', ...target, condition: constant('gt', 'id', 'integer', 0) };

let simulator: Simulator;
let session: RawSession;
let hyper: Uint8Array<ArrayBuffer>;
let payload: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  hyper = await hyperBytes([ROWS], process.env);
  payload = await hyperBytes([SOURCE], process.env);
  simulator = await startSimulator({ env: process.env, limits: { jobQueueMs: 0, jobRunMs: 0 } });
  session = await openRawSession(simulator);
});
afterAll(async () => {
  await simulator.close();
});

let counter = 0;
async function published(file: Uint8Array = hyper, filename = 'x.hyper'): Promise<string> {
  const body = publishBody(`<datasource name="Live ${(counter += 1)}"/>`, file, filename);
  const { text } = await session.send('POST', '/datasources', body);
  return /<datasource id="([^"]+)"/.exec(text)?.[1] ?? '';
}

async function uploaded(content: Uint8Array = payload): Promise<string> {
  const { text } = await session.send('POST', '/fileUploads');
  const id = /uploadSessionId="([^"]+)"/.exec(text)?.[1] ?? '';
  await session.send('PUT', `/fileUploads/${id}`, appendBody(content));
  return `?uploadSessionId=${id}`;
}

async function change(id: string, actions: unknown, query = '', requestId = `request ${(counter += 1)}`) {
  return await session.send('PATCH', `/datasources/${id}/data${query}`, {
    body: JSON.stringify({ actions }),
    headers: { 'Content-Type': 'application/json', ...(requestId === '' ? {} : { RequestID: requestId }) },
  });
}

async function ended(reply: RawReply): Promise<string> {
  const id = /<job id="([^"]+)"/.exec(reply.text)?.[1] ?? '';
  await expect.poll(async () => (await session.send('GET', `/jobs/${id}`)).text).toContain('completedAt');
  return (await session.send('GET', `/jobs/${id}`)).text;
}

async function rows(id: string): Promise<readonly string[]> {
  const [preview] = await simulator.admin.preview(id, 100);
  return (preview?.rows ?? [])
    .map((row) => row.join(' '))
    .sort((left, right) => Number.parseInt(left) - Number.parseInt(right));
}

describe('a change of rows', () => {
  it('is a job that says neither progress nor finish code at first', async () => {
    const reply = await change(await published(), [removeAll]);
    expect(reply.status).toBe(202);
    expect(reply.text).toMatch(/<job id="[^"]+" mode="Asynchronous" type="UpdateUploadedFile" createdAt="[^"]+">/);
    expect(reply.text).toMatch(/<updateUploadedFileJob><datasource .*<connectionLuid>.+<\/connectionLuid>/);
    await ended(reply);
  });

  it('updates matching rows, and upsert adds the others too', async () => {
    const id = await published();
    const small = [{ action: 'update', ...target, ...source, condition: byId }];
    expect(await ended(await change(id, small, await uploaded()))).toContain('finishCode="0"');
    expect((await rows(id)).filter((row) => row.includes('new'))).toHaveLength(5);
    const more = [{ action: 'upsert', ...target, ...source, condition: byId }];
    expect(await ended(await change(id, more, await uploaded()))).toContain('finishCode="0"');
    expect(await rows(id)).toHaveLength(15);
  });

  it('matches null keys with `is` and never with `eq`', async () => {
    const id = await published();
    const remove = (op: string) => [
      { action: 'delete', ...target, ...source, condition: { op, 'target-col': 'k', 'source-col': 'k' } },
    ];
    await ended(await change(id, remove('eq'), await uploaded()));
    expect(await rows(id)).toHaveLength(10);
    await ended(await change(id, remove('is'), await uploaded()));
    expect(await rows(id)).toHaveLength(8);
  });

  it('happens in order: delete all, then insert', async () => {
    const id = await published();
    await ended(await change(id, [removeAll, { action: 'insert', ...target, ...source }], await uploaded()));
    expect(await rows(id)).toHaveLength(10);
  });

  it('happens wholly or not at all', async () => {
    const id = await published();
    const bad = { action: 'insert', ...source, 'target-table': 'Nope', 'target-schema': 'Extract' };
    const text = await ended(await change(id, [removeAll, bad], await uploaded()));
    expect(text).toContain('finishCode="1"');
    expect(text).toContain('410012');
    expect(await rows(id)).toHaveLength(10);
  });

  it('fails for an unknown column, and for several source rows of one key', async () => {
    const id = await published();
    const column = [{ ...removeAll, condition: constant('eq', 'nope', 'integer', 1) }];
    expect(await ended(await change(id, column))).toMatch(/finishCode="1".*410012/);
    const twice = await uploaded(await hyperBytes([TWICE], process.env));
    const upsert = [{ action: 'upsert', ...target, ...source, condition: byId }];
    expect(await ended(await change(id, upsert, twice))).toContain('finishCode="1"');
  });

  it('fails when a condition has more constants than the engine bears', async () => {
    simulator.admin.setLimits({ conditionConstants: 2 });
    const args = [1, 2, 3].map((value) => constant('eq', 'id', 'integer', value));
    const text = await ended(await change(await published(), [{ ...removeAll, condition: { op: 'or', args } }]));
    expect(text).toMatch(/finishCode="1".*08006/);
    simulator.admin.setLimits({ conditionConstants: 15_000 });
  });

  it('is done once for a RequestID, whatever comes with it later', async () => {
    const id = await published();
    const remove = (value: number) => [{ ...removeAll, condition: constant('eq', 'id', 'integer', value) }];
    const first = await change(id, remove(1), '', 'same');
    await ended(first);
    const second = await change(id, remove(2), '', 'same');
    expect(second.status).toBe(202);
    expect(/job id="[^"]+"/.exec(second.text)?.[0]).toBe(/job id="[^"]+"/.exec(first.text)?.[0]);
    expect(await rows(id)).toHaveLength(9);
  });

  it('has its own RequestIDs for each data source', async () => {
    const ids = [await published(), await published()];
    for (const id of ids) await ended(await change(id, [removeAll], '', 'shared'));
    expect(await Promise.all(ids.map(rows))).toEqual([[], []]);
  });
});

describe('a change of rows refuses', () => {
  it('a request without RequestID', async () => {
    expect(await change(await published(), [removeAll], '', '')).toMatchObject({ status: 400 });
  });

  it.each([
    ['insert with a condition', { action: 'insert', ...target, ...source, condition: byId }],
    ['update without one', { action: 'update', ...target, ...source }],
    ['delete without one', { action: 'delete', ...target }],
    ['an unknown action', { action: 'merge', ...target, ...source }],
    ['an unknown operator', { ...removeAll, condition: constant('like', 'id', 'integer', 1) }],
    ['column and constant at once', { ...removeAll, condition: { ...byId, ...constant('eq', 'id', 'integer', 1) } }],
    ['a source without upload', { action: 'insert', ...target, ...source }],
    ['an unknown key', { ...removeAll, colour: 'red' }],
  ])('%s', async (_, action) => {
    expect(await change(await published(), [action])).toMatchObject({ status: 400 });
  });

  it('a payload that is too large with 413', async () => {
    const id = await published();
    simulator.admin.setLimits({ patchPayloadBytes: 1000 });
    const insert = [{ action: 'insert', ...target, ...source }];
    expect(await change(id, insert, await uploaded())).toMatchObject({ status: 413 });
    simulator.admin.setLimits({ patchPayloadBytes: 100_000_000 });
  });

  it('a data source that is no Hyper file', async () => {
    const id = await published(Buffer.from('<datasource version="18.1"/>'), 'x.tds');
    expect(await change(id, [removeAll])).toMatchObject({ status: 400 });
  });

  it('several connections when none is named', async () => {
    const id = await published();
    simulator.admin.addConnection(id);
    expect(await change(id, [removeAll])).toMatchObject({ status: 400 });
    const { text } = await session.send('GET', `/datasources/${id}/connections`);
    const connection = /<connection id="([^"]+)"/.exec(text)?.[1] ?? '';
    const reply = await session.send('PATCH', `/datasources/${id}/connections/${connection}/data`, {
      body: JSON.stringify({ actions: [removeAll] }),
      headers: { 'Content-Type': 'application/json', RequestID: 'by connection' },
    });
    expect(await ended(reply)).toContain('finishCode="0"');
  });
});
