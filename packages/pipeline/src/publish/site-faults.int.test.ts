import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { type ConnectionSettings, TableauClient } from '@hyperferry/tableau';
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

const fault = (route: string, action: object, more: object = {}) =>
  site.simulator.admin.setFaults({ rules: [{ route, count: 1, action, ...more }] });

test('a wrong token is denied with the names that were tried, and without the secret', async () => {
  const settings = wrong({ credentials: { kind: 'pat', tokenName: 'hyperferry', tokenSecret: 'wrong-secret' } });
  await using client = await TableauClient.open(settings);
  const error = await client.signIn().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'TABLEAU_SIGN_IN_DENIED', message: expect.stringContaining('"hyperferry"') });
  expect(String(error)).not.toContain('wrong-secret');
});

test('an unknown site is denied like a wrong token', async () => {
  await using client = await TableauClient.open(wrong({ siteContentUrl: 'nowhere' }));
  await expect(client.signIn()).rejects.toMatchObject({ code: 'TABLEAU_SIGN_IN_DENIED', tableauCode: '401001' });
});

test('TSC #717, #1227: a foreign sign-in with the token is survived with one replay', async () => {
  await using client = await site.open();
  await client.projects.list();
  await using foreign = await site.open();
  await foreign.signIn();
  const published = await site.publish(client, { ...three, target: targetOf('Sales') });
  expect(published.action).toBe('created');
  expect(site.simulator.admin.counters().signIns.pat).toBe(3);
});

test('TSC #693; mcp #70: twenty calls at once share one sign-in', async () => {
  await using client = await site.open();
  await Promise.all(Array.from({ length: 20 }, () => client.datasources.query()));
  expect(site.simulator.admin.counters().signIns.pat).toBe(1);
});

test('TSC #1351: signing out twice, or out of a dead session, is no error', async () => {
  await using client = await site.open();
  await client.signIn();
  await client.signOut();
  await client.signOut();
  await client.signIn();
  await using foreign = await site.open();
  await foreign.signIn();
  await client.signOut();
  expect(await foreign.datasources.query()).toEqual([]);
});

test('user and password publish like a token', async () => {
  const { userName, password } = site.simulator;
  await using client = await TableauClient.open(wrong({ credentials: { kind: 'password', userName, password } }));
  const published = await site.publish(client, { ...three, target: targetOf('Sales') });
  expect(published.action).toBe('created');
});

test('a connected app signs in with a fresh JWT and publishes', async () => {
  await using client = await TableauClient.open(jwtSettings());
  await site.publish(client, { ...three, target: targetOf('Sales') });
  await client.signOut();
  await site.publish(client, { ...five, target: targetOf('Sales') });
  expect(site.simulator.admin.counters().signIns.jwt).toBe(2);
});

test('a connected app with a wrong secret is denied', async () => {
  const settings = jwtSettings();
  await using client = await TableauClient.open({
    ...settings,
    credentials: { ...settings.credentials, secretValue: 'another secret, long enough' } as never,
  });
  await expect(client.signIn()).rejects.toMatchObject({ code: 'TABLEAU_SIGN_IN_DENIED' });
});

test('TSC #1320, #1581: a connected app before 3.25 does not rely on reading jobs', async () => {
  await using client = await TableauClient.open({ ...jwtSettings(), apiVersion: '3.24' });
  expect(await client.canReadJobs()).toBe(false);
  const upload = await client.uploads.send({ path: three.extractPath, sizeBytes: three.sizeBytes });
  const project = await client.projects.resolve('Finance/Sales');
  const published = await client.datasources.publish({
    upload,
    name: 'Sales',
    projectId: project.id,
    mode: 'create',
    asJob: true,
    before: undefined,
  });
  expect(published.name).toBe('Sales');
});

test('a chunk cut in the middle starts the upload again, and what arrives is the file', async () => {
  await using client = await site.open();
  fault('fileUploads.append', { kind: 'cut', when: 'during' });
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  const sha256 = createHash('sha256')
    .update(await readFile(three.extractPath))
    .digest('hex');
  expect(site.simulator.admin.content(id).sha256).toBe(sha256);
});

test('an upload session that the server lost starts again', async () => {
  await using client = await site.open();
  fault('fileUploads.append', { kind: 'error', code: '404015' });
  const published = await site.publish(client, { ...three, target: targetOf('Sales') });
  expect(published.action).toBe('created');
});

test('TSC #952: throttling of every call only slows the publish down', async () => {
  await using client = await site.open();
  site.simulator.admin.setFaults({
    rules: ['projects.list', 'fileUploads.append', 'datasources.publish'].map((route) => ({
      route,
      count: 1,
      action: { kind: 'throttle', retryAfter: 0, body: 'html' },
    })),
  });
  let confirmed = 0;
  const confirm = async () => void (confirmed += 1);
  await site.publish(client, { ...three, target: targetOf('Sales') }, { confirm });
  // Each try of the irreversible request is confirmed by itself.
  expect(confirmed).toBe(2);
  expect(site.simulator.admin.counters().publishes.committed).toBe(1);
});

test.each([200, 403])('an HTML page with %i at the commit is looked into, or told', async (status) => {
  await using client = await site.open();
  fault('datasources.publish', { kind: 'html', status });
  const publishing = site.publish(
    client,
    { ...three, target: targetOf('Sales') },
    { signal: AbortSignal.timeout(1_500) },
  );
  await expect(publishing).rejects.toMatchObject({
    code: status === 403 ? 'TABLEAU_NOT_AN_API' : 'RUN_CANCELLED',
  });
});

test('TSC #586; samples #47: bytes that are no Hyper file are refused before the upload', async () => {
  await using client = await site.open();
  const garbage = path.join(site.dir, 'garbage.hyper');
  await writeFile(garbage, Buffer.alloc(70_000, 'x'));
  const publishing = site.publish(client, { extractPath: garbage, sizeBytes: 70_000, target: targetOf('Sales') });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_EXTRACT_UNFIT' });
  expect(site.simulator.admin.counters().calls['fileUploads.initiate']).toBeUndefined();
  await rm(garbage);
});

test('bytes cut off are found by the engine before the upload, or refused by the server with the usual reasons', async () => {
  await using client = await site.open();
  const cutOff = path.join(site.dir, 'cut-off.hyper');
  const bytes = (await readFile(three.extractPath)).subarray(0, 20_000);
  await writeFile(cutOff, bytes);
  const input = { extractPath: cutOff, sizeBytes: bytes.length, target: targetOf('Sales') };
  await expect(site.publish(client, input, { engine: site.engine })).rejects.toMatchObject({
    code: 'TABLEAU_EXTRACT_UNFIT',
  });
  await expect(site.publish(client, input)).rejects.toMatchObject({
    code: 'TABLEAU_PUBLISH_REFUSED',
    message: expect.stringContaining('incomplete upload'),
  });
});

test('TSC #488; pantab #173: several tables are refused for an old server and warned about on a new one', async () => {
  const two = await site.extract('two-tables', 'SELECT 1 AS a', { tables: ['A', 'B'] });
  await using old = await site.open();
  await using pinned = await TableauClient.open({ ...site.settings, apiVersion: '3.13' });
  const publishing = site.publish(pinned, { ...two, target: targetOf('Two') }, { engine: site.engine });
  await expect(publishing).rejects.toMatchObject({
    code: 'TABLEAU_EXTRACT_UNFIT',
    message: expect.stringContaining('2 tables'),
  });
  await old.signIn();
});

test('pantab #71: a table outside the schema Extract is a warning', async () => {
  await using client = await site.open();
  const elsewhere = await site.extract('elsewhere', 'SELECT 1 AS a', { schema: 'other', tables: ['t'] });
  const published = await site.publish(client, { ...elsewhere, target: targetOf('X') }, { engine: site.engine });
  expect(published.warnings?.join()).toContain('schema "Extract"');
});

test('pantab #334: a file format that the server is too old for is refused with the version it needs', async () => {
  const wide = await site.extract('wide', 'SELECT 1::numeric(30,2) AS a', { databaseVersion: 3 });
  await using olderSite = await startTestSite({
    seed: {
      productVersion: '2022.3.1',
      apiVersion: '3.17',
      sites: [
        {
          contentUrl: 'demo',
          name: 'Demo',
          projects: ['P'],
          users: [{ name: 'admin', siteRole: 'SiteAdministratorCreator' }],
          tokens: [{ name: 'hyperferry', user: 'admin' }],
        },
      ],
    },
  });
  await using client = await olderSite.open();
  const publishing = site.publish(client, { ...wide, target: targetOf('Wide', { project: 'P' }) });
  await expect(publishing).rejects.toMatchObject({
    code: 'TABLEAU_EXTRACT_UNFIT',
    message: expect.stringContaining('2023.1'),
  });
});

test('a quota that is used up has its own code', async () => {
  await using client = await site.open();
  site.simulator.admin.setLimits({ quotaBytes: 10 });
  const publishing = site.publish(client, { ...three, target: targetOf('Sales') });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_QUOTA_EXCEEDED' });
});

test('TSC #1387: a job that never ends meets our own deadline', async () => {
  await using client = await site.open();
  fault('datasources.publish', { kind: 'job', outcome: 'never' });
  const upload = await client.uploads.send({ path: three.extractPath, sizeBytes: three.sizeBytes });
  const project = await client.projects.resolve('Finance/Sales');
  const input = {
    upload,
    name: 'Sales',
    projectId: project.id,
    mode: 'create',
    asJob: true,
    before: undefined,
  } as const;
  const publishing = client.datasources.publish(input, { jobDeadlineMs: 500 });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_JOB_TIMEOUT', ambiguous: true });
});

test('a job that was purged is settled by looking at the data source', async () => {
  await using client = await site.open();
  fault('datasources.publish', { kind: 'job', outcome: 'vanished' });
  const upload = await client.uploads.send({ path: three.extractPath, sizeBytes: three.sizeBytes });
  const project = await client.projects.resolve('Finance/Sales');
  const input = {
    upload,
    name: 'Sales',
    projectId: project.id,
    mode: 'create',
    asJob: true,
    before: undefined,
  } as const;
  const result = await client.datasources.publish(input, { lookForMs: 1_000 }).catch((error: unknown) => error);
  // Whether the vanished job had done its work, the data source says.
  const found = await client.datasources.findByName('Sales', project.id);
  expect(result).toMatchObject(found === undefined ? { code: 'TABLEAU_PUBLISH_UNKNOWN' } : { id: found.id });
});

test('six creates of one name at once: one succeeds, the others learn that it exists', async () => {
  await using client = await site.open();
  const target = targetOf('Race', { mode: 'create' });
  const all = await Promise.allSettled(Array.from({ length: 6 }, () => site.publish(client, { ...three, target })));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const reasons = all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
  expect(new Set(reasons)).toEqual(new Set(['TABLEAU_DATASOURCE_EXISTS']));
});

test('two publishers that create the same project path end up in one project', async () => {
  await using client = await site.open();
  await using other = await TableauClient.open(jwtSettings());
  const wish = (one: TableauClient) => one.projects.resolve('New/Deep/Path', { create: true });
  const [a, b] = await Promise.all([wish(client), wish(other)]);
  expect(a.id).toBe(b.id);
});

test('a created project is found although the lists lag behind', async () => {
  site.simulator.admin.setLimits({ listLagCalls: 2 });
  await using client = await site.open();
  const created = await client.projects.resolve('Lag/Inner', { create: true });
  expect((await client.projects.resolve('lag/inner')).id).toBe(created.id);
});

test('1,000 lookups on a site of 5,000 projects are answered from one listing', async () => {
  await using large = await startTestSite({
    seed: {
      generatedProjects: 5_000,
      sites: [
        {
          contentUrl: 'demo',
          name: 'Demo',
          projects: ['Finance/Sales'],
          users: [{ name: 'admin', siteRole: 'SiteAdministratorCreator' }],
          tokens: [{ name: 'hyperferry', user: 'admin' }],
        },
      ],
    },
  });
  await using client = await large.open();
  for (let index = 0; index < 1_000; index += 1) {
    await client.projects.resolve(
      index % 2 === 0 ? 'Finance/Sales' : `Generated ${String(1 + (index % 5_000)).padStart(4, '0')}`,
    );
  }
  expect(large.simulator.admin.counters().calls['projects.list']).toBeLessThanOrEqual(7);
});

// Last in this file: the simulator's clock doesn't go back.
test('a session that idled out is replaced', async () => {
  await using client = await site.open();
  await client.projects.list();
  site.simulator.admin.setClock({ advanceMs: 241 * 60_000 });
  expect(await client.datasources.query()).toEqual([]);
});

test('a revoked token is a denial, not an endless loop', async () => {
  await using client = await site.open();
  await client.projects.list();
  site.simulator.admin.setToken({ name: site.simulator.tokenName, revoked: true });
  site.simulator.admin.setClock({ advanceMs: 241 * 60_000 });
  await expect(client.datasources.query()).rejects.toMatchObject({ code: 'TABLEAU_SIGN_IN_DENIED' });
});

function wrong(change: Partial<ConnectionSettings>): ConnectionSettings {
  return { ...site.settings, ...change };
}

function jwtSettings(): ConnectionSettings {
  const { connectedApp, userName } = site.simulator;
  return wrong({ credentials: { kind: 'jwt', ...connectedApp, userName } });
}
