import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { defaultSeed } from '../state/seed.ts';
import { openRawSession, passwordCredentials, type RawSession } from '../testing.ts';

let simulator: Simulator;
let session: RawSession;
beforeAll(async () => {
  simulator = await startSimulator({ seed: { ...defaultSeed, generatedProjects: 250 } });
  session = await openRawSession(simulator);
});
afterAll(async () => {
  await simulator.close();
});

async function create(attributes: string) {
  return await session.send('POST', '/projects?publishSamples=False', {
    body: `<tsRequest><project ${attributes}/></tsRequest>`,
  });
}

async function names(query: string): Promise<readonly string[]> {
  const { text } = await session.send('GET', `/projects?${query}`);
  return [...text.matchAll(/<project id="[^"]*" name="([^"]*)"/g)].map((match) => match[1] ?? '');
}

function idOf(text: string): string {
  return /<project id="([^"]+)"/.exec(text)?.[1] ?? '';
}

describe('a list of projects', () => {
  it('has pages of 100 by default and says how many there are', async () => {
    const { text } = await session.send('GET', '/projects');
    expect(text).toContain('<pagination pageNumber="1" pageSize="100" totalAvailable="263"/>');
    expect(text.match(/<project /g)).toHaveLength(100);
  });

  it('holds everything once over all pages, in a stable order', async () => {
    const pages = await Promise.all(
      [1, 2, 3].map(async (page) => await names(`pageSize=90&pageNumber=${page}&sort=name:asc`)),
    );
    const all = pages.flat();
    expect(all).toHaveLength(263);
    expect(all).toEqual([...all].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0)));
  });

  it.each([
    ['pageNumber=0', '400006'],
    ['pageNumber=4', '400006'],
    ['pageNumber=x', '400006'],
    ['pageSize=0', '400007'],
    ['pageSize=1001', '403014'],
    ['filter=name:eq:A%26B', '400065'],
    ['filter=name:eq:A,B', '400065'],
    ['filter=name:eq:', '400065'],
    ['filter=colour:eq:red', '400065'],
    ['filter=name:like:A', '400065'],
    ['sort=colour:asc', '400066'],
  ])('refuses %s with %s', async (query, code) => {
    expect(await session.send('GET', `/projects?${query}`)).toMatchObject({ code });
  });

  it('is empty but there when nothing matches', async () => {
    const { text, status } = await session.send('GET', '/projects?filter=name:eq:nothing');
    expect(status).toBe(200);
    expect(text).toContain('totalAvailable="0"/><projects/>');
  });

  it('has no inner key in JSON when it is empty', async () => {
    const { text } = await session.send('GET', '/projects?filter=name:eq:nothing', {
      headers: { Accept: 'application/json' },
    });
    expect(JSON.parse(text)).toEqual({
      pagination: { pageNumber: '1', pageSize: '100', totalAvailable: '0' },
      projects: {},
    });
  });

  it.each([
    ['name:eq:Weather+*+Climate', ['Weather &amp; Climate']],
    ['name%3Aeq%3A%C3%9Cberblick', ['Überblick']],
    ['name:eq:Generated%200001,topLevelProject:eq:true', ['Generated 0001']],
    ['name:cieq:gENERATED+0002', ['Generated 0002']],
    ['name:eq:gENERATED+0002', []],
    ['name:in:[Generated 0003, "Generated 0004",its]', ['Generated 0003', 'Generated 0004']],
  ])('filters by %s', async (filter, expected) => {
    expect(await names(`filter=${filter}`)).toEqual(expected);
  });

  it('leaves new projects out for as many calls as the lag says', async () => {
    simulator.admin.setLimits({ listLagCalls: 2 });
    await create('name="Late"');
    simulator.admin.setLimits({ listLagCalls: 0 });
    const seen = [];
    for (let call = 0; call < 3; call += 1) seen.push((await names('filter=name:eq:Late')).length);
    expect(seen).toEqual([0, 0, 1]);
  });
});

describe('a project', () => {
  it('is unique among its siblings in any case, and free elsewhere', async () => {
    const top = await create('name="Unique"');
    expect(top.status).toBe(201);
    expect(await create('name="UNIQUE"')).toMatchObject({ status: 409, code: '409006' });
    expect(await create(`name="Unique" parentProjectId="${idOf(top.text)}"`)).toMatchObject({ status: 201 });
  });

  it('is made once when six ask for it at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 6 }, async () => await create('name="Six at once"')));
    expect(replies.map((reply) => reply.code ?? '201').sort()).toEqual(['201', ...Array<string>(5).fill('409006')]);
  });

  it('needs a parent that exists: 404005', async () => {
    expect(await create(`name="Orphan" parentProjectId="${randomUUID()}"`)).toMatchObject({ code: '404005' });
  });

  it('comes back unchanged from an empty change', async () => {
    const id = idOf((await create('name="Same" description="d"')).text);
    const { text } = await session.send('PUT', `/projects/${id}`, { body: '<tsRequest><project /></tsRequest>' });
    expect(text).toContain('name="Same" description="d"');
  });

  it('can not be moved below itself', async () => {
    const id = idOf((await create('name="Loop"')).text);
    const child = idOf((await create(`name="Inner" parentProjectId="${id}"`)).text);
    const body = `<tsRequest><project parentProjectId="${child}"/></tsRequest>`;
    expect((await session.send('PUT', `/projects/${id}`, { body })).status).toBe(400);
  });

  it('is neither deleted (403003) nor renamed (403005) when it is the default', async () => {
    const id = idOf((await session.send('GET', '/projects?filter=name:eq:default')).text);
    expect(await session.send('DELETE', `/projects/${id}`)).toMatchObject({ code: '403003' });
    const body = '<tsRequest><project name="other"/></tsRequest>';
    expect(await session.send('PUT', `/projects/${id}`, { body })).toMatchObject({ code: '403005' });
  });

  it('is not made by a viewer: 403045', async () => {
    const viewer = await openRawSession(simulator, passwordCredentials(simulator, 'viewer'));
    const body = '<tsRequest><project name="Mine"/></tsRequest>';
    expect(await viewer.send('POST', '/projects', { body })).toMatchObject({ status: 403, code: '403045' });
  });

  it('says 404005 when it is unknown', async () => {
    expect(await session.send('DELETE', `/projects/${randomUUID()}`)).toMatchObject({ code: '404005' });
  });
});
