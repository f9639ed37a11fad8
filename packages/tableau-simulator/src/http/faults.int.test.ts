import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { hyperBytes, openRawSession, publishBody, type RawSession, sendRaw } from '../testing.ts';

let simulator: Simulator;
let session: RawSession;
beforeAll(async () => {
  simulator = await startSimulator({ env: process.env });
  session = await openRawSession(simulator);
});
afterAll(async () => {
  await simulator.close();
});

async function listWith(action: Readonly<Record<string, unknown>>) {
  simulator.admin.setFaults({ rules: [{ route: 'projects.list', count: 1, action }] });
  return await session.send('GET', '/projects');
}

describe('the fault plan', () => {
  it.each([
    [{ kind: 'throttle' }, null, '429000'],
    [{ kind: 'throttle', retryAfter: 7 }, '7', '429000'],
    [{ kind: 'throttle', retryAfter: 'date', body: 'html' }, expect.stringMatching(/GMT$/), undefined],
    [{ kind: 'throttle', body: 'empty' }, null, undefined],
  ])('throttles: %j', async (action, retryAfter, code) => {
    const reply = await listWith(action);
    expect(reply).toMatchObject({ status: 429, code });
    expect(reply.headers.get('retry-after')).toEqual(retryAfter);
  });

  it('answers like a login proxy and like Cloudflare', async () => {
    expect(await listWith({ kind: 'html' })).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^<!DOCTYPE html>/),
    });
    expect(await listWith({ kind: 'html', status: 403 })).toMatchObject({ status: 403, code: undefined });
  });

  it('answers any error of the API', async () => {
    expect(await listWith({ kind: 'error', code: '500000' })).toMatchObject({ status: 500, code: '500000' });
    expect(await listWith({ kind: 'error', code: '400031', status: 404 })).toMatchObject({
      status: 404,
      code: '400031',
    });
  });

  it('redirects with the path that was asked for', async () => {
    const reply = await listWith({ kind: 'redirect', status: 302, location: 'https://pod.example$path' });
    expect(reply.status).toBe(302);
    expect(reply.headers.get('location')).toBe(`https://pod.example/api/3.27/sites/${session.siteId}/projects`);
  });

  it.each(['before', 'after', 'reply'])('cuts the connection: %s', async (when) => {
    await expect(listWith({ kind: 'cut', when })).rejects.toThrow();
  });

  it('is slow', async () => {
    const before = performance.now();
    await listWith({ kind: 'slow', delayMs: 150 });
    expect(performance.now() - before).toBeGreaterThanOrEqual(145);
  });

  it('answers 504 in HTML when the commit has really happened', async () => {
    const hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "a"'], process.env);
    simulator.admin.setFaults({
      rules: [{ route: 'datasources.publish', count: 1, action: { kind: 'gatewayTimeout' } }],
    });
    const reply = await session.send('POST', '/datasources', publishBody('<datasource name="Behind"/>', hyper));
    expect(reply).toMatchObject({ status: 504, code: undefined });
    expect((await session.send('GET', '/datasources?filter=name:eq:Behind')).text).toContain('name="Behind"');
  });

  it('skips, counts and stops', async () => {
    simulator.admin.setFaults({ rules: [{ route: 'projects.*', skip: 1, count: 2, action: { kind: 'throttle' } }] });
    const statuses = [];
    for (let call = 0; call < 5; call += 1) statuses.push((await session.send('GET', '/projects')).status);
    expect(statuses).toEqual([200, 429, 429, 200, 200]);
  });

  it('draws chances from its seed: the same plan, the same calls', async () => {
    const run = async () => {
      const rules = [{ route: 'projects.list', probability: 0.5, action: { kind: 'throttle' } }];
      simulator.admin.setFaults({ seed: 42, rules });
      const statuses = [];
      for (let call = 0; call < 12; call += 1) statuses.push((await session.send('GET', '/projects')).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 429]));
    expect(await run()).toEqual(first);
  });

  it('is refused when it is not valid', async () => {
    const reply = await sendRaw(`${simulator.adminUrl}/faults`, 'POST', {
      body: JSON.stringify({ rules: [{ action: { kind: 'explode' } }] }),
      headers: { 'Content-Type': 'application/json' },
    });
    expect(reply.status).toBe(400);
  });
});
