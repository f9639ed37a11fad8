import type { Logger } from '@hyperferry/schema';
import { generate } from 'selfsigned';
import { beforeAll, expect, test } from 'vitest';

import { startProxy } from '../testing/proxy.ts';
import { startScriptedSite, tableauError } from '../testing/scripted-site.ts';
import { TableauClient } from './tableau-client.ts';

let own: { key: string; cert: string };
let foreign: { key: string; cert: string };
beforeAll(async () => {
  own = await certificateFor('127.0.0.1');
  foreign = await certificateFor('192.0.2.1');
});

async function certificateFor(ip: string): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: 'commonName', value: 'test' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip }] },
    ],
  });
  return { key: made.private, cert: made.cert };
}

const emptyList = { body: { projects: {} } };

test('TSC #553, #424: a private CA is trusted from the first call on', async () => {
  await using site = await startScriptedSite(({ path }) => (path.endsWith('/projects') ? emptyList : undefined), {
    tls: own,
  });
  await using client = await TableauClient.open({ ...site.settings, ca: own.cert });
  expect(await client.projects.list()).toEqual([]);
});

test('an unknown CA names the setting to give', async () => {
  await using site = await startScriptedSite(() => undefined, { tls: own });
  const opening = TableauClient.open(site.settings, { retryBudgetMs: 0 });
  await expect(opening).rejects.toMatchObject({
    code: 'TABLEAU_TLS_UNTRUSTED',
    next: expect.stringContaining('CA_FILE'),
  });
});

test('a certificate for another host is not accepted, CA or not', async () => {
  await using site = await startScriptedSite(() => undefined, { tls: foreign });
  const opening = TableauClient.open({ ...site.settings, ca: foreign.cert }, { retryBudgetMs: 0 });
  await expect(opening).rejects.toMatchObject({
    code: 'TABLEAU_TLS_UNTRUSTED',
    message: expect.stringContaining('is not for the host'),
  });
});

test('unchecked certificates are possible, and logged as a warning', async () => {
  await using site = await startScriptedSite(() => undefined, { tls: own });
  const warnings: string[] = [];
  const logger = { ...silent(), warn: (_fields: object, message: string) => void warnings.push(message) };
  await using client = await TableauClient.open({ ...site.settings, tlsInsecure: true }, { logger });
  expect((await client.server()).apiVersion).toBe('3.27');
  expect(warnings.join()).toContain('not checked');
});

test('TSC #601: every call goes through the proxy, serverinfo included', async () => {
  await using site = await startScriptedSite(() => undefined);
  await using proxy = await startProxy();
  await using client = await TableauClient.open({ ...site.settings, proxyUrl: proxy.url });
  await client.signIn();
  expect(proxy.seen).toEqual([`GET ${site.url}/api/2.4/serverinfo`, expect.stringMatching(/^POST .*\/auth\/signin$/)]);
});

test('TLS behind a proxy is tunnelled, with the CA of the server', async () => {
  await using site = await startScriptedSite(() => undefined, { tls: own });
  await using proxy = await startProxy();
  await using client = await TableauClient.open({ ...site.settings, proxyUrl: proxy.url, ca: own.cert });
  await client.signIn();
  expect(proxy.seen[0]).toBe(`CONNECT ${new URL(site.url).host}`);
});

test.each([false, true])('a proxy that wants a password is named as the reason (TLS: %s)', async (isTls) => {
  await using site = await startScriptedSite(() => undefined, isTls ? { tls: own } : {});
  await using proxy = await startProxy({ refuse: true });
  const opening = TableauClient.open({ ...site.settings, proxyUrl: proxy.url, ca: own.cert });
  await expect(opening).rejects.toMatchObject({
    code: 'TABLEAU_PROXY_REFUSED',
    next: expect.stringContaining('_PROXY'),
  });
});

test('a server that is not there is unreachable', async () => {
  const site = await startScriptedSite(() => undefined);
  await site[Symbol.asyncDispose]();
  const opening = TableauClient.open(site.settings, { retryBudgetMs: 0 });
  await expect(opening).rejects.toMatchObject({ code: 'TABLEAU_UNREACHABLE', ambiguous: false });
});

test.each([301, 302, 307, 308])('a %i at sign-in moves the client to the pod', async (status) => {
  await using pod = await startScriptedSite(({ path }) => (path.endsWith('/projects') ? emptyList : undefined));
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/auth/signin') ? { status, headers: { Location: `${pod.url}${path}` } } : undefined,
  );
  await using client = await TableauClient.open(site.settings);
  await client.projects.list();
  expect(site.seen('POST', '/auth/signin')).toHaveLength(1);
  expect(pod.seen('POST', '/auth/signin')[0]?.body.toString()).toContain('personalAccessTokenName="robot"');
  expect(pod.seen('GET', '/projects')).toHaveLength(1);
});

test('a redirect to a foreign host gets no secret', async () => {
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/auth/signin')
      ? { status: 307, headers: { Location: `http://localhost.example.com:1${path}` } }
      : undefined,
  );
  await using client = await TableauClient.open(site.settings);
  await expect(client.signIn()).rejects.toMatchObject({ code: 'TABLEAU_REDIRECT_REFUSED' });
});

test('a path prefix of a reverse proxy stays in every address', async () => {
  await using site = await startScriptedSite(({ path }) => (path.endsWith('/projects') ? emptyList : undefined), {
    prefix: '/tableau',
  });
  await using client = await TableauClient.open(site.settings);
  await client.projects.list();
  expect(site.requests.map(({ path }) => path)).toContain('/api/3.27/sites/site-1/projects');
});

test.each([
  ['seconds', { 'Retry-After': '0' }, { error: { code: '429000', summary: 'Too Many Requests' } }],
  ['a date', { 'Retry-After': new Date(0).toUTCString() }, '<html>slow down</html>'],
])('TSC #952: 429 with Retry-After as %s is waited for', async (_name, headers, body) => {
  let refusals = 2;
  await using site = await startScriptedSite(({ path }) => {
    if (!path.endsWith('/projects')) return undefined;
    return (refusals -= 1) >= 0 ? { status: 429, headers, body } : emptyList;
  });
  await using client = await TableauClient.open(site.settings);
  expect(await client.projects.list()).toEqual([]);
  expect(site.seen('GET', '/projects')).toHaveLength(3);
});

test('429 for longer than the budget is an error that says so', async () => {
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/projects') ? { status: 429, headers: { 'Retry-After': '60' }, body: '' } : undefined,
  );
  await using client = await TableauClient.open(site.settings, { retryBudgetMs: 1_000 });
  await expect(client.projects.list()).rejects.toMatchObject({ code: 'TABLEAU_THROTTLED', retryable: true });
});

test('TSC #1520: serverinfo is tried again after a bad gateway', async () => {
  let failures = 1;
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/serverinfo') && (failures -= 1) >= 0
      ? { status: 502, body: '<html>Bad Gateway</html>' }
      : undefined,
  );
  await using client = await TableauClient.open(site.settings);
  expect((await client.server()).productVersion).toBe('2025.3.0');
});

test('a login page with status 200 is not taken for an answer, and its begin is quoted', async () => {
  const page = '<!DOCTYPE html><html><title>Corporate login</title></html>';
  await using site = await startScriptedSite(() => ({ body: page, headers: { 'Content-Type': 'text/html' } }));
  await expect(TableauClient.open(site.settings)).rejects.toMatchObject({
    code: 'TABLEAU_NOT_AN_API',
    message: expect.stringContaining('Corporate login'),
  });
});

test('TSC #582: a localized error is decided by its code', async () => {
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/auth/signin') ? tableauError('401001', 'ログインに失敗しました') : undefined,
  );
  await using client = await TableauClient.open(site.settings);
  await expect(client.signIn()).rejects.toMatchObject({ code: 'TABLEAU_SIGN_IN_DENIED', tableauCode: '401001' });
});

test('an XML error is read like a JSON one', async () => {
  const body = `<?xml version="1.0"?><tsResponse xmlns="http://tableau.com/api"><error code="403004"><summary>Forbidden</summary><detail>no</detail></error></tsResponse>`;
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/projects') ? { status: 403, body } : undefined,
  );
  await using client = await TableauClient.open(site.settings);
  await expect(client.projects.list()).rejects.toMatchObject({
    code: 'TABLEAU_PERMISSION_DENIED',
    tableauCode: '403004',
    message: expect.stringContaining('Forbidden: no'),
  });
});

test('no secret is in an error or in the log, even when the server echoes it', async () => {
  await using site = await startScriptedSite(({ path, body }) =>
    path.endsWith('/auth/signin') ? tableauError('401001', `got ${body.toString()}`) : undefined,
  );
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  await using client = await TableauClient.open(site.settings, { logger });
  const error = await client.signIn().catch((caught: unknown) => caught);
  expect(String(error) + JSON.stringify(error) + lines.join('\n')).not.toContain('c2VjcmV0');
  expect(lines.join('\n')).toContain('requestId');
});

test('3.10 is a higher version than 3.9, and the client speaks no version newer than its own', async () => {
  for (const [theirs, spoken] of [
    ['3.10', '3.10'],
    ['3.9', '3.9'],
    ['3.99', '3.29'],
  ]) {
    const info = { serverInfo: { productVersion: { value: '2020.4' }, restApiVersion: theirs } };
    await using site = await startScriptedSite(({ path }) =>
      path.endsWith('/serverinfo') ? { body: info } : undefined,
    );
    await using client = await TableauClient.open(site.settings);
    expect((await client.server()).apiVersion).toBe(spoken);
  }
});

test('an abort ends a call that hangs, at once', async () => {
  await using site = await startScriptedSite(({ path }) =>
    path.endsWith('/projects')
      ? new Promise((resolve) => setTimeout(() => resolve(emptyList), 5_000).unref())
      : undefined,
  );
  await using client = await TableauClient.open(site.settings);
  const startedMs = performance.now();
  const listing = client.projects.list({ signal: AbortSignal.timeout(100) });
  await expect(listing).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test('a list without pagination, or one that became shorter while it was read, ends', async () => {
  const page = {
    projects: { project: Array.from({ length: 1000 }, (_, index) => ({ id: `p${index}`, name: `${index}` })) },
  };
  await using site = await startScriptedSite(({ path, query }) => {
    if (!path.endsWith('/projects')) return undefined;
    return query.get('pageNumber') === '1' ? { body: page } : tableauError('400006');
  });
  await using client = await TableauClient.open(site.settings);
  expect(await client.projects.list()).toHaveLength(1000);
});

function silent(): Logger {
  return { debug() {}, info() {}, warn() {}, error() {} };
}
