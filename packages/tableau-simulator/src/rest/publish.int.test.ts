import { createHash, randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { defaultSeed } from '../state/seed.ts';
import {
  hyperBytes,
  multipart,
  openRawSession,
  passwordCredentials,
  publishBody,
  type RawSession,
} from '../testing.ts';

const TABLE = 'CREATE TABLE "Extract"."Extract" AS SELECT g AS "id", \'x\' AS "t" FROM generate_series(1, 100) AS s(g)';

let simulator: Simulator;
let session: RawSession;
let hyper: Uint8Array<ArrayBuffer>;
let other: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  hyper = await hyperBytes([TABLE], process.env);
  other = await hyperBytes(['CREATE TABLE "Extract"."Extract" ("colour" text)'], process.env);
  simulator = await startSimulator({ env: process.env });
  session = await openRawSession(simulator);
});
afterAll(async () => {
  await simulator.close();
});
beforeEach(() => {
  simulator.admin.setLimits({ singleRequestBytes: 64 * 1024 * 1024, quotaBytes: null });
});

let counter = 0;
const freshName = (): string => `Source ${(counter += 1)}`;

async function publish(datasource: string, query = '', file: Uint8Array | string = hyper, filename?: string) {
  return await session.send('POST', `/datasources${query}`, publishBody(datasource, file, filename));
}

function idOf(text: string): string {
  return /<datasource id="([^"]+)"/.exec(text)?.[1] ?? '';
}

async function rows(id: string): Promise<number> {
  const tables = await simulator.admin.tables(id);
  return tables.reduce((sum, table) => sum + table.rowCount, 0);
}

describe('publish', () => {
  it('keeps the very bytes, also when the engine has looked into them', async () => {
    const { text, status } = await publish(`<datasource name="${freshName()}"/>`);
    expect(status).toBe(201);
    await simulator.admin.preview(idOf(text), 5);
    const { path, sha256 } = simulator.admin.content(idOf(text));
    const { hashFile } = await import('../engine/hash-file.ts');
    const onDisk = await hashFile(path, AbortSignal.timeout(10_000));
    expect([sha256, onDisk]).toEqual(Array(2).fill(createHash('sha256').update(hyper).digest('hex')));
  });

  it('takes the name from the file when the payload has none', async () => {
    const { text } = await publish('<datasource/>', '', hyper, 'From a file.hyper');
    expect(text).toContain('name="From a file"');
  });

  it('takes a payload in JSON', async () => {
    const name = freshName();
    const body = multipart([
      { name: 'request_payload', content: JSON.stringify({ datasource: { name } }), type: 'application/json' },
      { name: 'tableau_datasource', content: hyper, filename: 'a.hyper' },
    ]);
    expect((await session.send('POST', '/datasources', body)).text).toContain(`name="${name}"`);
  });

  it('overwrites in place: same id, later time, one revision more, description gone', async () => {
    const name = freshName();
    const first = await publish(`<datasource name="${name}" description="d"/>`);
    const second = await publish(`<datasource name="${name.toUpperCase()}"/>`, '?overwrite=true');
    expect(idOf(second.text)).toBe(idOf(first.text));
    expect(second.text).toContain('description=""');
    const updated = [first, second].map((reply) => /updatedAt="([^"]+)"/.exec(reply.text)?.[1] ?? '');
    expect([...updated].sort()).toEqual(updated);
    expect(updated[1]).not.toBe(updated[0]);
    expect(simulator.admin.world.datasources.get(idOf(first.text))?.revisions).toHaveLength(2);
  });

  it('ignores parameters that it does not know', async () => {
    expect(
      await publish(`<datasource name="${freshName()}"/>`, '?createnew=true&datasourceType=hyper&x=y'),
    ).toMatchObject({
      status: 201,
    });
  });

  it('makes one of six at the same time and refuses the others with 403007', async () => {
    const name = freshName();
    const replies = await Promise.all(
      Array.from({ length: 6 }, async () => await publish(`<datasource name="${name}"/>`)),
    );
    expect(replies.map((reply) => reply.code ?? '201').sort()).toEqual(['201', ...Array<string>(5).fill('403007')]);
  });

  it('counts publishes of one target that overlap', async () => {
    const name = freshName();
    await publish(`<datasource name="${name}"/>`);
    simulator.admin.resetCounters();
    await Promise.all([1, 2].map(async () => await publish(`<datasource name="${name}"/>`, '?overwrite=true')));
    expect(simulator.admin.counters().overlaps.count).toBe(1);
  });

  it('appends rows to the ones that are there', async () => {
    const name = freshName();
    const { text } = await publish(`<datasource name="${name}"/>`);
    expect(await publish(`<datasource name="${name}"/>`, '?append=true')).toMatchObject({ status: 201 });
    expect(await rows(idOf(text))).toBe(200);
  });

  it('replaces rows and keeps what the server knows of the data source', async () => {
    const name = freshName();
    const { text } = await publish(`<datasource name="${name}" description="kept"/>`);
    const reply = await publish(`<datasource name="${name}"/>`, '?replace=true', other);
    expect(reply.text).toContain('description="kept"');
    expect(await rows(idOf(text))).toBe(0);
  });
});

describe('publish refuses', () => {
  it('an unknown project with 404005', async () => {
    expect(await publish(`<datasource name="x"><project id="${randomUUID()}"/></datasource>`)).toMatchObject({
      code: '404005',
    });
  });

  it('a user without the right with 403007', async () => {
    const viewer = await openRawSession(simulator, passwordCredentials(simulator, 'viewer'));
    const reply = await viewer.send('POST', '/datasources', publishBody('<datasource name="x"/>', hyper));
    expect(reply).toMatchObject({ status: 403, code: '403007' });
  });

  it('an existing name with 403007, not 409', async () => {
    const name = freshName();
    await publish(`<datasource name="${name}"/>`);
    expect(await publish(`<datasource name="${name}"/>`)).toMatchObject({ status: 403, code: '403007' });
  });

  it.each([
    ['?overwrite=true&append=true', '400055'],
    ['?overwrite=yes', '400008'],
    ['?append=true', '404004'],
    ['?replace=true', '404004'],
    ['?datasourceType=csv', '400010'],
    ['?datasourceType=tdsx', '400010'],
  ])('%s with %s', async (query, code) => {
    expect(await publish(`<datasource name="${freshName()}"/>`, query)).toMatchObject({ code });
  });

  it('append of a .tdsx with 400054', async () => {
    expect(await publish('<datasource name="x"/>', '?append=true', 'zip', 'x.tdsx')).toMatchObject({ code: '400054' });
  });

  it('append of another schema with 400, and nothing has changed', async () => {
    const name = freshName();
    const { text } = await publish(`<datasource name="${name}"/>`);
    expect((await publish(`<datasource name="${name}"/>`, '?append=true', other)).status).toBe(400);
    expect(await rows(idOf(text))).toBe(100);
  });

  it('a file named .csv with 400010', async () => {
    expect(await publish('<datasource name="x"/>', '', 'a,b', 'x.csv')).toMatchObject({ code: '400010' });
  });

  it.each([
    ['multipart/form-data', { 'Content-Type': 'multipart/form-data; boundary=raw-boundary-6f1c' }],
    ['no boundary', { 'Content-Type': 'multipart/mixed' }],
    ['no multipart', { 'Content-Type': 'text/xml' }],
  ])('%s with 400000', async (_, headers) => {
    const { body } = publishBody('<datasource name="x"/>', hyper);
    expect(await session.send('POST', '/datasources', { body, headers })).toMatchObject({ code: '400000' });
  });

  it('a request without payload, without file, or cut short with 400000', async () => {
    const file = { name: 'tableau_datasource', content: hyper, filename: 'x.hyper' };
    const whole = publishBody('<datasource name="x"/>', hyper);
    for (const request of [
      multipart([file]),
      publishBody('<datasource name="x"/>'),
      { ...whole, body: whole.body.slice(0, whole.body.length - 20) },
      publishBody('<nothing/>', hyper),
    ]) {
      expect(await session.send('POST', '/datasources', request)).toMatchObject({ code: '400000' });
    }
  });

  it('a file and an upload session at once, or a session without type, with 400010', async () => {
    expect(await publish('<datasource name="x"/>', '?uploadSessionId=1:ab-1:0&datasourceType=hyper')).toMatchObject({
      code: '400010',
    });
    const reply = await session.send(
      'POST',
      '/datasources?uploadSessionId=1:ab-1:0',
      publishBody('<datasource name="x"/>'),
    );
    expect(reply).toMatchObject({ code: '400010' });
  });

  it('<connections> with 400000 and the elements that it would take', async () => {
    const full = await publish('<datasource name="x"><connections><connection/></connections></datasource>');
    expect(full).toMatchObject({ status: 400, code: '400000' });
    expect(full.text).toContain('Expected elements are');
  });

  it('garbage, truncated and empty files with 400011, and the connection stays usable', async () => {
    for (const file of ['garbage', hyper.slice(0, hyper.length / 2), '']) {
      const reply = await publish(`<datasource name="${freshName()}"/>`, '', file);
      expect(reply).toMatchObject({ status: 400, code: '400011' });
      expect(reply.text).toContain('There was a problem publishing the file');
    }
  });

  it('more than the limit of a single request with 413', async () => {
    simulator.admin.setLimits({ singleRequestBytes: 1000 });
    expect(await publish(`<datasource name="${freshName()}"/>`)).toMatchObject({ status: 413 });
  });

  it('what exceeds the storage with 403008', async () => {
    simulator.admin.setLimits({ quotaBytes: 10 });
    expect(await publish(`<datasource name="${freshName()}"/>`)).toMatchObject({ status: 403, code: '403008' });
  });

  it('several tables before version 3.14 with 400011', async () => {
    const two = await hyperBytes(
      ['CREATE TABLE "Extract"."a" ("i" int)', 'CREATE TABLE "Extract"."b" ("i" int)'],
      process.env,
    );
    expect(await publish(`<datasource name="${freshName()}"/>`, '', two)).toMatchObject({ status: 201 });
    await using old = await startSimulator({ env: process.env, seed: { ...defaultSeed, apiVersion: '3.13' } });
    const body = `<tsRequest><credentials ${passwordCredentials(old)}><site contentUrl="demo"/></credentials></tsRequest>`;
    const signedIn = await fetch(`${old.url}/api/3.13/auth/signin`, { method: 'POST', body });
    const text = await signedIn.text();
    const { body: bytes, headers } = publishBody('<datasource name="x"/>', two);
    const site = /<site id="([^"]+)"/.exec(text)?.[1] ?? '';
    const token = /token="([^"]+)"/.exec(text)?.[1] ?? '';
    const reply = await fetch(`${old.url}/api/3.13/sites/${site}/datasources`, {
      method: 'POST',
      body: bytes,
      headers: { ...headers, 'X-Tableau-Auth': token },
    });
    expect(await reply.text()).toContain('code="400011"');
  });
});

describe('a data source', () => {
  it('says 404004 for an id that is unknown or no GUID', async () => {
    for (const id of [randomUUID(), 'no-guid']) {
      expect(await session.send('GET', `/datasources/${id}`)).toMatchObject({ status: 404, code: '404004' });
    }
  });

  it('is not renamed to a taken name: 409015', async () => {
    const [first, second] = [freshName(), freshName()];
    await publish(`<datasource name="${first}"/>`);
    const { text } = await publish(`<datasource name="${second}"/>`);
    const body = `<tsRequest><datasource name="${first}"/></tsRequest>`;
    expect(await session.send('PUT', `/datasources/${idOf(text)}`, { body })).toMatchObject({ code: '409015' });
  });

  it('has tags whose labels may hold slashes, escaped or not', async () => {
    const { text } = await publish(`<datasource name="${freshName()}"/>`);
    const path = `/datasources/${idOf(text)}/tags`;
    const body =
      '<tsRequest><tags><tag label="a/b"/><tag label="c/d"/><tag label="&quot;two words&quot;"/></tags></tsRequest>';
    await session.send('PUT', path, { body });
    await session.send('DELETE', `${path}/a%2Fb`);
    await session.send('DELETE', `${path}/c/d`);
    expect([...(simulator.admin.world.datasources.get(idOf(text))?.tags ?? [])]).toEqual(['two words']);
  });

  it('comes back as octet stream without charset, with a name for any language', async () => {
    const { text } = await publish('<datasource name="Größe 日本"/>');
    const { headers, status } = await session.send('GET', `/datasources/${idOf(text)}/content`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toContain("filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC.tdsx");
  });

  it('does not give its current revision by number: 403055; an unknown one is 404024', async () => {
    const { text } = await publish(`<datasource name="${freshName()}"/>`);
    const path = `/datasources/${idOf(text)}/revisions`;
    expect(await session.send('GET', `${path}/1/content`)).toMatchObject({ code: '403055' });
    expect(await session.send('GET', `${path}/9/content`)).toMatchObject({ code: '404024' });
  });
});
