import { createHash } from 'node:crypto';
import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import {
  hyperBytes,
  openRawSession,
  passwordCredentials,
  publishBody,
  sendRaw,
  signInRaw,
  tokenCredentials,
} from '../testing.ts';

let simulator: Simulator;
let hyper: Uint8Array<ArrayBuffer>;
let id: string;
beforeAll(async () => {
  hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT \'<b>&\' AS "a<b>"'], process.env);
  simulator = await startSimulator({ env: process.env });
  const session = await openRawSession(simulator);
  const { text } = await session.send(
    'POST',
    '/datasources',
    publishBody('<datasource name="A &lt;script&gt;"/>', hyper),
  );
  id = /<datasource id="([^"]+)"/.exec(text)?.[1] ?? '';
});
afterAll(async () => {
  await simulator.close();
});

const json = { 'Content-Type': 'application/json' };

async function read(path: string): Promise<unknown> {
  return JSON.parse((await sendRaw(`${simulator.adminUrl}/${path}`, 'GET')).text);
}

async function write(path: string, body: unknown) {
  return await sendRaw(`${simulator.adminUrl}/${path}`, 'POST', { body: JSON.stringify(body), headers: json });
}

/** `fetch` does not let a test choose its Host. */
async function statusWith(headers: Readonly<Record<string, string>>, path = '/simulator/state'): Promise<number> {
  return await new Promise((resolve, reject) => {
    const { port } = new URL(simulator.url);
    request({ host: '127.0.0.1', port, path, headers }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the admin routes', () => {
  it('give the state, without any secret', async () => {
    const text = JSON.stringify(await read('state'));
    expect(text).toContain('"projectPath":"default"');
    for (const secret of [simulator.tokenSecret, simulator.password, simulator.connectedApp.secretValue]) {
      expect(text).not.toContain(secret);
    }
  });

  it('give hash, bytes and tables of a data source', async () => {
    const sha256 = createHash('sha256').update(hyper).digest('hex');
    expect(await read(`datasources/${id}/sha256`)).toEqual({ sha256, sizeBytes: hyper.length });
    const bytes = await (await fetch(`${simulator.adminUrl}/datasources/${id}/content`)).arrayBuffer();
    expect(createHash('sha256').update(new Uint8Array(bytes)).digest('hex')).toBe(sha256);
    expect(await read(`datasources/${id}/tables`)).toMatchObject({ tables: [{ schema: 'Extract', rowCount: 1 }] });
  });

  it('take the publish right of a user, for one project or all', async () => {
    const publisher = await openRawSession(simulator, passwordCredentials(simulator, 'publisher'));
    const body = publishBody('<datasource name="Allowed?"/>', hyper);
    await write('publish-right', { user: 'publisher', allowed: false });
    expect(await publisher.send('POST', '/datasources', body)).toMatchObject({ code: '403007' });
    await write('publish-right', { user: 'publisher', allowed: true });
    expect(await publisher.send('POST', '/datasources', body)).toMatchObject({ status: 201 });
  });

  it('revoke a token: its session dies and it signs in no more', async () => {
    const session = await openRawSession(simulator, tokenCredentials(simulator));
    await write('token', { name: simulator.tokenName, revoked: true });
    expect(await session.send('GET', '/projects')).toMatchObject({ code: '401002' });
    expect(await signInRaw(simulator, tokenCredentials(simulator))).toMatchObject({ code: '401001' });
    await write('token', { name: simulator.tokenName, revoked: false });
  });

  it('let a token expire', async () => {
    await write('token', { name: simulator.tokenName, expiresAt: new Date(0).toISOString() });
    expect(await signInRaw(simulator, tokenCredentials(simulator))).toMatchObject({ code: '401001' });
    await write('token', { name: simulator.tokenName, expiresAt: new Date(Date.now() + 10 ** 10).toISOString() });
  });

  it.each([
    ['limits', { appendBytes: -1 }, 400],
    ['limits', { unknown: 1 }, 400],
    ['clock', { advanceMs: 'x' }, 400],
    ['publish-right', { user: 'nobody', allowed: true }, 404],
    ['nothing', {}, 404],
  ])('refuse %s with %j', async (path, body, status) => {
    expect((await write(path, body)).status).toBe(status);
  });

  it('take JSON only', async () => {
    const reply = await sendRaw(`${simulator.adminUrl}/limits`, 'POST', {
      body: '{}',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(reply.status).toBe(415);
    expect((await sendRaw(`${simulator.adminUrl}/limits`, 'POST', { body: '{', headers: json })).status).toBe(400);
  });

  it('answer nothing to a foreign Host or Origin', async () => {
    const { host } = new URL(simulator.url);
    expect(await statusWith({ Host: host })).toBe(200);
    expect(await statusWith({ Host: 'evil.example' })).toBe(403);
    expect(await statusWith({ Host: 'evil.example' }, '/api/3.27/serverinfo')).toBe(403);
    expect(await statusWith({ Host: host, Origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ Host: host, Origin: simulator.url })).toBe(200);
  });
});

describe('the page', () => {
  it('lists what was published, escaped, with nothing from elsewhere', async () => {
    const { text, headers } = await sendRaw(`${simulator.url}/`, 'GET');
    expect(text).toContain(`<a href="/page/${id}">A &lt;script&gt;</a>`);
    expect(text).not.toMatch(/<script|https?:\/\//);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('previews rows, escaped', async () => {
    const { text } = await sendRaw(`${simulator.url}/page/${id}`, 'GET');
    expect(text).toContain('<td>&lt;b&gt;&amp;</td>');
    expect(text).toContain('a&lt;b&gt;<br>');
  });

  it('says 404 for what is not there', async () => {
    expect((await sendRaw(`${simulator.url}/page/nope`, 'GET')).status).toBe(404);
    expect((await sendRaw(`${simulator.url}/favicon.ico`, 'GET')).status).toBe(404);
  });
});

describe('reset', () => {
  it('makes everything as at the start and keeps the credentials', async () => {
    await write('limits', { appendBytes: 5 });
    expect((await write('reset', {})).status).toBe(200);
    expect(simulator.admin.state()).toMatchObject({ datasources: [], sessions: [], jobs: [] });
    expect(simulator.admin.limits().appendBytes).toBe(64 * 1024 * 1024);
    expect(await signInRaw(simulator, tokenCredentials(simulator))).toMatchObject({ status: 200 });
  });
});
