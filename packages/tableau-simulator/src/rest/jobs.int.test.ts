import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { hyperBytes, openRawSession, passwordCredentials, publishBody, type RawSession } from '../testing.ts';

let simulator: Simulator;
let session: RawSession;
let hyper: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "a"'], process.env);
  simulator = await startSimulator({ env: process.env, limits: { jobQueueMs: 1000, jobRunMs: 1000 } });
  simulator.admin.setClock({ freeze: true });
  session = await openRawSession(simulator);
});
afterAll(async () => {
  await simulator.close();
});

let counter = 0;
async function publishAsJob(
  file: Uint8Array | string = hyper,
  name = `Job ${(counter += 1)}`,
  query = '',
): Promise<string> {
  const body = publishBody(`<datasource name="${name}"/>`, file);
  const { text, status } = await session.send('POST', `/datasources?asJob=true${query}`, body);
  expect(status).toBe(202);
  return /<job id="([^"]+)"/.exec(text)?.[1] ?? '';
}

async function job(id: string): Promise<string> {
  return (await session.send('GET', `/jobs/${id}`)).text;
}

async function finished(id: string): Promise<string> {
  simulator.admin.setClock({ advanceMs: 1000 });
  await expect.poll(async () => await job(id)).toMatch(/startedAt|completedAt/);
  simulator.admin.setClock({ advanceMs: 1000 });
  await expect.poll(async () => await job(id)).toContain('completedAt');
  return await job(id);
}

describe('a job', () => {
  it('goes from queued to running to done by the clock, and only then has its effect', async () => {
    const id = await publishAsJob(hyper, 'By the clock');
    const known = () => simulator.admin.state().datasources.some(({ name }) => name === 'By the clock');
    expect(await job(id)).toMatch(/progress="0" finishCode="1" createdAt="[^"]+"\/>/);
    simulator.admin.setClock({ advanceMs: 1000 });
    await expect
      .poll(async () => await job(id))
      .toMatch(/type="PublishDatasource" createdAt="[^"]+" startedAt="[^"]+"\/>/);
    expect(known()).toBe(false);
    simulator.admin.setClock({ advanceMs: 1000 });
    await expect.poll(async () => await job(id)).toMatch(/progress="100" finishCode="0".*completedAt="[\d-]+T[\d:]+Z"/);
    expect(known()).toBe(true);
  });

  it('fails with notes when the file is garbage', async () => {
    expect(await finished(await publishAsJob('garbage'))).toMatch(
      /finishCode="1".*<notes>There was a problem publishing/,
    );
  });

  it('is cancelled while it waits, and has no effect', async () => {
    const id = await publishAsJob(hyper, 'Cancelled');
    expect((await session.send('PUT', `/jobs/${id}`)).status).toBe(200);
    await expect.poll(async () => await job(id)).toContain('finishCode="2"');
    expect(simulator.admin.state().datasources.some(({ name }) => name === 'Cancelled')).toBe(false);
    expect(await session.send('PUT', `/jobs/${id}`)).toMatchObject({ code: '403091' });
  });

  it('of somebody else is not cancelled by a publisher: 403032', async () => {
    const id = await publishAsJob();
    const publisher = await openRawSession(simulator, passwordCredentials(simulator, 'publisher'));
    expect(await publisher.send('PUT', `/jobs/${id}`)).toMatchObject({ code: '403032' });
    await finished(id);
  });

  it('is unknown (404018) when it never was, and when it was forgotten', async () => {
    expect(await session.send('GET', `/jobs/${randomUUID()}`)).toMatchObject({ code: '404018' });
    const id = await publishAsJob();
    await finished(id);
    simulator.admin.setLimits({ sessionIdleMs: 10 ** 12 });
    simulator.admin.setClock({ advanceMs: simulator.admin.limits().jobRetentionMs + 1000 });
    expect(await session.send('GET', `/jobs/${id}`)).toMatchObject({ code: '404018' });
  });

  it.each([
    ['failed', /finishCode="1".*<notes>on purpose<\/notes>/],
    ['failedSilently', /finishCode="1"(?!.*<notes>)/],
    ['cancelled', /finishCode="2"/],
  ])('ends as the fault plan says: %s', async (outcome, expected) => {
    const action = { kind: 'job', outcome, notes: 'on purpose' };
    simulator.admin.setFaults({ rules: [{ route: 'datasources.publish', count: 1, action }] });
    expect(await finished(await publishAsJob())).toMatch(expected);
  });

  it('never ends when the fault plan says so, and can be cancelled', async () => {
    simulator.admin.setFaults({
      rules: [{ count: 1, route: 'datasources.publish', action: { kind: 'job', outcome: 'never' } }],
    });
    const id = await publishAsJob();
    simulator.admin.setClock({ advanceMs: 3_600_000 });
    await expect.poll(async () => await job(id)).toContain('startedAt');
    expect(await job(id)).not.toContain('completedAt');
    await session.send('PUT', `/jobs/${id}`);
    await expect.poll(async () => await job(id)).toContain('finishCode="2"');
  });

  it('vanishes when the fault plan says so, its effect stays', async () => {
    simulator.admin.setFaults({
      rules: [{ count: 1, route: 'datasources.publish', action: { kind: 'job', outcome: 'vanished' } }],
    });
    const id = await publishAsJob(hyper, 'Vanished');
    simulator.admin.setClock({ advanceMs: 1000 });
    await expect.poll(async () => await job(id)).toContain('404018');
    simulator.admin.setClock({ advanceMs: 1000 });
    await expect.poll(() => simulator.admin.state().datasources.map(({ name }) => name)).toContain('Vanished');
  });

  it('counts as a publish under way until it is done', async () => {
    await finished(await publishAsJob(hyper, 'Overlap'));
    simulator.admin.resetCounters();
    const first = await publishAsJob(hyper, 'Overlap', '&overwrite=true');
    const second = await publishAsJob(hyper, 'Overlap', '&overwrite=true');
    expect(simulator.admin.counters()).toMatchObject({ overlaps: { count: 1 }, publishes: { inFlight: 2 } });
    await finished(first);
    await expect.poll(async () => await job(second)).toContain('completedAt');
    expect(simulator.admin.counters().publishes.inFlight).toBe(0);
  });
});

describe('refresh', () => {
  it('is refused with 409093 while one is queued', async () => {
    const { text } = await session.send('POST', '/datasources', publishBody('<datasource name="Refreshed"/>', hyper));
    const path = `/datasources/${/<datasource id="([^"]+)"/.exec(text)?.[1] ?? ''}/refresh`;
    expect(await session.send('POST', path, { body: '<tsRequest/>' })).toMatchObject({ status: 202 });
    expect(await session.send('POST', path, { body: '<tsRequest/>' })).toMatchObject({ status: 409, code: '409093' });
  });
});
