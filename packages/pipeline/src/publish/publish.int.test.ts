import { createMemoryLedger } from '@hyperferry/tableau';
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

const fault = (route: string, action: object) =>
  site.simulator.admin.setFaults({ rules: [{ route, count: 1, action }] });

test('a new data source is created, then overwritten in place', async () => {
  await using client = await site.open();
  const created = await site.publish(client, { ...three, target: targetOf('Sales') });
  expect(created).toMatchObject({ action: 'created', name: 'Sales', projectPath: 'Finance/Sales', chunks: 1 });
  expect(await site.rowCount(created.id)).toBe(3);
  const overwritten = await site.publish(client, { ...five, target: targetOf('Sales') });
  expect(overwritten).toMatchObject({ action: 'overwritten', id: created.id });
  expect(await site.rowCount(created.id)).toBe(5);
});

test('mode create refuses a name that exists, before anything is uploaded', async () => {
  await using client = await site.open();
  await site.publish(client, { ...three, target: targetOf('Sales') });
  const uploads = site.simulator.admin.counters().calls['fileUploads.initiate'];
  const again = site.publish(client, { ...three, target: targetOf('Sales', { mode: 'create' }) });
  await expect(again).rejects.toMatchObject({ code: 'TABLEAU_DATASOURCE_EXISTS' });
  expect(site.simulator.admin.counters().calls['fileUploads.initiate']).toBe(uploads);
});

test.each(['overwrite', 'append', 'replace'] as const)('mode %s refuses a name that is absent', async (mode) => {
  await using client = await site.open();
  const publishing = site.publish(client, { ...three, target: targetOf('Nobody', { mode }) });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_DATASOURCE_UNKNOWN' });
});

test('TSC #265, #296; tabcmd #145: nested projects with any letters are found by path', async () => {
  await using client = await site.open();
  const paths = ['finance/SALES', 'Marketing/Sales', 'Operations/In\\/Out', 'Überblick/Größe, Maß: 1+1'];
  for (const project of paths) {
    const published = await site.publish(client, { ...three, target: targetOf('Same name', { project }) });
    expect(published.projectPath.toLowerCase()).toBe(project.toLowerCase());
  }
  expect(site.simulator.admin.state().datasources).toHaveLength(4);
});

test('an unknown project names those that exist, and is created on request', async () => {
  await using client = await site.open();
  const target = targetOf('Sales', { project: 'Finance/Sales/2026/Q1' });
  await expect(site.publish(client, { ...three, target })).rejects.toMatchObject({
    code: 'TABLEAU_PROJECT_UNKNOWN',
    details: { candidates: expect.arrayContaining(['Finance/Sales/Archive']) },
  });
  const published = await site.publish(client, { ...three, target: { ...target, createProject: true } });
  expect(published.projectPath).toBe('Finance/Sales/2026/Q1');
});

test('TSC #632, #691, #1200: names with characters that a filter cannot hold are found again', async () => {
  await using client = await site.open();
  const name = 'A, B & C: [x] + "é" *';
  const created = await site.publish(client, { ...three, target: targetOf(name) });
  const again = await site.publish(client, { ...five, target: targetOf(name, { mode: 'overwrite' }) });
  expect(again).toMatchObject({ id: created.id, action: 'overwritten' });
});

test('tabcmd #252: append adds rows, replace swaps them', async () => {
  await using client = await site.open();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  const appended = await site.publish(client, { ...five, target: targetOf('Sales', { mode: 'append' }) });
  expect(appended).toMatchObject({ id, action: 'appended' });
  expect(await site.rowCount(id)).toBe(8);
  const replaced = await site.publish(client, { ...three, target: targetOf('Sales', { mode: 'replace' }) });
  expect(replaced).toMatchObject({ id, action: 'replaced' });
  expect(await site.rowCount(id)).toBe(3);
});

test('TSC #135, #1058: description, tags and certification survive an overwrite', async () => {
  await using client = await site.open();
  const metadata = {
    description: 'Line 1\nLine 2',
    tags: ['a b', 'c,d', 'e'],
    certified: true,
    certificationNote: 'ok',
  };
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales', { metadata }) });
  await site.publish(client, { ...five, target: targetOf('Sales') });
  const now = await client.datasources.get(id);
  expect(now).toMatchObject({ description: 'Line 1\nLine 2', isCertified: true, certificationNote: 'ok' });
  expect(now.tags.toSorted()).toEqual(['a b', 'c,d', 'e']);
});

test('an unknown owner is a warning: the rows are published by then', async () => {
  await using client = await site.open();
  const published = await site.publish(client, {
    ...three,
    target: targetOf('Sales', { metadata: { owner: 'nobody@example.com' } }),
  });
  expect(published.warnings?.join()).toContain('nobody@example.com');
});

test.each([
  ['a gateway time-out', { kind: 'gatewayTimeout' }],
  ['a cut connection', { kind: 'cut', when: 'after' }],
])('after %s at the commit the run succeeds by looking, and the server saw one publish', async (_name, action) => {
  await using client = await site.open();
  site.simulator.admin.setFaults({ rules: [{ route: 'datasources.publish', count: 1, action }] });
  const published = await site.publish(client, { ...three, target: targetOf('Sales') });
  expect(published.action).toBe('created');
  expect(site.simulator.admin.counters().calls['datasources.publish']).toBe(1);
});

test('an append whose answer was lost is found by the next attempt, and not added twice', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const target = targetOf('Sales', { mode: 'append' });
  // The worker dies right after the request has taken effect: nothing is recorded any more.
  const dying = { ...ledger, recordOutcome: async () => undefined };
  await site.publish(client, { ...five, target }, { ledger: dying });
  const again = await site.publish(client, { ...five, target, inheritedIntent: true }, { ledger });
  expect(again).toMatchObject({ id, action: 'appended', warnings: [expect.stringContaining('earlier attempt')] });
  expect(await site.rowCount(id)).toBe(8);
});

test('an append that never left is settled by its unspent upload, and sent', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  const target = targetOf('Sales', { mode: 'append' });
  const dying = { ...ledger, recordOutcome: async () => undefined };
  const confirm = () => Promise.reject(new Error('killed'));
  await expect(site.publish(client, { ...five, target }, { ledger: dying, confirm })).rejects.toThrow('killed');
  const intent = await ledger.earlierIntent('run-1');
  await ledger.recordIntent({ ...intent!, writtenAt: new Date(Date.now() - 60_000).toISOString() });
  let settled = 0;
  const settle = async () => void (settled += 1);
  await site.publish(client, { ...five, target, inheritedIntent: true }, { ledger, settle });
  expect(settled).toBe(1);
  expect(await site.rowCount(id)).toBe(8);
});

test('an append that was cancelled before its permit is sent by the next attempt, although others have appended since', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const target = targetOf('Sales', { mode: 'append' });
  const stop = new AbortController();
  const confirm = () => {
    stop.abort();
    return Promise.reject(new Error('cancelled'));
  };
  const cancelled = site.publish(client, { ...five, target }, { ledger, confirm, signal: stop.signal });
  await expect(cancelled).rejects.toThrow();
  await site.publish(client, { ...three, target });
  await site.publish(client, { ...five, target }, { ledger });
  expect(await site.rowCount(id)).toBe(11);
});

test('a data source that another publish has changed is not taken for our own while our upload is unspent', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const target = targetOf('Sales', { mode: 'append' });
  const dying = { ...ledger, recordOutcome: async () => undefined };
  const confirm = () => Promise.reject(new Error('killed'));
  await expect(site.publish(client, { ...five, target }, { ledger: dying, confirm })).rejects.toThrow('killed');
  await site.publish(client, { ...three, target });
  await site.publish(client, { ...five, target, inheritedIntent: true }, { ledger, lookForMs: 500 });
  expect(await site.rowCount(id)).toBe(11);
});

test('an append whose upload is spent is unknown when others have published since', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  const { id } = await site.publish(client, { ...three, target: targetOf('Sales') });
  const target = targetOf('Sales', { mode: 'append' });
  const dying = { ...ledger, recordOutcome: async () => undefined };
  await site.publish(client, { ...five, target }, { ledger: dying });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await site.publish(client, { ...three, target });
  const again = { ...five, target, inheritedIntent: true, publishedSince: true };
  await expect(site.publish(client, again, { ledger })).rejects.toMatchObject({ code: 'TABLEAU_PUBLISH_UNKNOWN' });
  expect(await site.rowCount(id)).toBe(11);
});

test.each(['refused', 'cancelled'] as const)(
  'a whole table that was sent again in doubt and then %s stays in doubt',
  async (how) => {
    await using client = await site.open();
    const ledger = createMemoryLedger();
    const target = targetOf('Sales');
    const { id } = await site.publish(client, { ...three, target });
    // The request of an earlier attempt is spent, but the site doesn't show it yet.
    const dying = { ...ledger, recordOutcome: async () => undefined };
    await site.publish(client, { ...five, target }, { ledger: dying });
    const { updatedAt } = await client.datasources.get(id);
    const intent = (await ledger.earlierIntent('run-1'))!;
    await ledger.recordIntent({ ...intent, before: { id, ...(updatedAt === undefined ? {} : { updatedAt }) } });
    let settled = 0;
    const settle = async () => void (settled += 1);
    const again = { ...five, target, inheritedIntent: true };
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      if (how === 'refused') fault('datasources.publish', { kind: 'error', code: '403004', status: 403 });
      const confirm = how === 'refused' ? async () => undefined : () => Promise.reject(new Error('cancelled'));
      const publishing = site.publish(client, again, { ledger, settle, confirm, lookForMs: 100 });
      await expect(publishing).rejects.toThrow(how === 'cancelled' ? 'cancelled' : undefined);
      expect({ settled, intent: await ledger.earlierIntent('run-1') }).toMatchObject({
        settled: 0,
        intent: { afterDoubt: true },
      });
    }
    await site.publish(client, again, { ledger, settle, lookForMs: 100 });
    expect(await ledger.earlierIntent('run-1')).toHaveProperty('published');
  },
);

test('an intent is as old as its ledger says, whatever the clocks of the hosts say', async () => {
  await using client = await site.open();
  const memory = createMemoryLedger();
  const target = targetOf('Sales');
  await site.publish(client, { ...three, target });
  const confirm = () => Promise.reject(new Error('killed'));
  const dying = { ...memory, recordOutcome: async () => undefined };
  await expect(site.publish(client, { ...five, target }, { ledger: dying, confirm })).rejects.toThrow('killed');
  const intent = (await memory.earlierIntent('run-1'))!;
  const publishAfter = async (ageMs: number, writtenAt: number): Promise<number> => {
    const ledger = {
      ...memory,
      earlierIntent: async () => ({ ...intent, ageMs, writtenAt: new Date(writtenAt).toISOString() }),
    };
    const startMs = performance.now();
    await site.publish(client, { ...five, target, inheritedIntent: true }, { ledger, lookForMs: 2_000 });
    return performance.now() - startMs;
  };
  expect(await publishAfter(60_000, Date.now() + 3_600_000)).toBeLessThan(1_000);
  expect(await publishAfter(0, Date.now() - 3_600_000)).toBeGreaterThan(1_000);
});

test('an append with an inherited intent and no ledger is held', async () => {
  await using client = await site.open();
  await site.publish(client, { ...three, target: targetOf('Sales') });
  const target = targetOf('Sales', { mode: 'append' });
  const publishing = site.publish(client, { ...five, target, inheritedIntent: true });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_PUBLISH_UNKNOWN' });
});

test('no right to publish is said so', async () => {
  await using client = await site.open();
  site.simulator.admin.setPublishRight({ user: 'admin', allowed: false });
  const publishing = site.publish(client, { ...three, target: targetOf('Sales') });
  await expect(publishing).rejects.toMatchObject({ code: 'TABLEAU_PERMISSION_DENIED' });
});

test('a job that fails says its notes; one without notes says what is usual (TSC #1065)', async () => {
  await using client = await site.open();
  const publishing = (notes: string) => {
    const action =
      notes === '' ? { kind: 'job', outcome: 'failedSilently' } : { kind: 'job', outcome: 'failed', notes };
    site.simulator.admin.setFaults({ rules: [{ route: 'datasources.publish', action }] });
    return client.uploads.send({ path: three.extractPath, sizeBytes: three.sizeBytes }).then(async (upload) => {
      const project = await client.projects.resolve('Finance/Sales');
      const input = { upload, name: 'J', projectId: project.id, mode: 'create' as const, asJob: true };
      return client.datasources.publish({ ...input, before: undefined });
    });
  };
  await expect(publishing('disk is full')).rejects.toMatchObject({
    code: 'TABLEAU_JOB_FAILED',
    message: expect.stringContaining('disk is full'),
  });
  await expect(publishing('')).rejects.toMatchObject({ message: expect.stringContaining('no reason') });
});

test('a project that was deleted and made again since it was cached takes the publish', async () => {
  await using client = await site.open();
  const old = await client.projects.resolve('Finance/Costs');
  await using other = await site.open();
  await other.projects.delete(old.id);
  await other.projects.resolve('Finance/Costs', { create: true });
  const published = await site.publish(client, { ...three, target: targetOf('Sales', { project: 'Finance/Costs' }) });
  expect(published.projectId).not.toBe(old.id);
  expect(published.action).toBe('created');
});

test('an append that was settled is not in doubt again because its project has been made anew', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  const target = targetOf('Sales', { mode: 'append', project: 'Finance/Costs' });
  await site.publish(client, { ...three, target: { ...target, mode: 'create' } });
  const confirm = () => Promise.reject(new Error('killed'));
  const dying = { ...ledger, recordOutcome: async () => undefined };
  await expect(site.publish(client, { ...five, target }, { ledger: dying, confirm })).rejects.toThrow('killed');
  fault('datasources.publish', { kind: 'error', code: '404005', status: 404 });
  const again = { ...five, target, inheritedIntent: true };
  const published = await site.publish(client, again, { ledger, lookForMs: 100 });
  expect(await site.rowCount(published.id)).toBe(8);
});

test('a cancel ends a slow commit within two seconds, and its intent stays open', async () => {
  await using client = await site.open();
  const ledger = createMemoryLedger();
  site.simulator.admin.setLimits({ commitDelayMs: 5_000 });
  const stop = new AbortController();
  let cancelledMs = 0;
  const confirm = async () => {
    setTimeout(() => {
      cancelledMs = performance.now();
      stop.abort();
    }, 200);
  };
  const publishing = site.publish(
    client,
    { ...three, target: targetOf('Slow') },
    { ledger, confirm, signal: stop.signal },
  );
  await expect(publishing).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  expect(performance.now() - cancelledMs).toBeLessThan(2_000);
  expect(await ledger.earlierIntent('run-1')).toMatchObject({ name: 'Slow' });
});
