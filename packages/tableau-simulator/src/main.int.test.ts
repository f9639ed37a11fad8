import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SimulatorAccess } from './start-simulator.ts';
import { hyperBytes, openRawSession, publishBody, tokenCredentials } from './testing.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

let dir: string;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-simulator-test-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

function run(args: readonly string[]): ChildProcess {
  const node = ['--conditions=hyperferry-source', '--import', 'tsx', main, ...args];
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<SimulatorAccess> {
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return JSON.parse(line) as SimulatorAccess;
}

async function failure(args: readonly string[]): Promise<{ readonly exit: number; readonly text: string }> {
  const child = run(args);
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [exit] = (await once(child, 'close')) as [number];
  return { exit, text };
}

async function stop(child: ChildProcess): Promise<number | null> {
  const closed = once(child, 'close') as Promise<[number | null]>;
  child.kill('SIGTERM');
  return (await closed)[0];
}

describe('hyperferry-simulator', () => {
  it('says in its first line all that a program needs, and is gone after SIGTERM with its engine', async () => {
    const child = run([]);
    const access = await firstLine(child);
    expect(Object.keys(access)).toEqual(
      expect.arrayContaining(['url', 'siteContentUrl', 'tokenName', 'tokenSecret', 'userName', 'password', 'adminUrl']),
    );
    expect(access.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(access.sites.map((site) => site.contentUrl)).toEqual(['demo', 'second']);
    expect(Object.keys(access.connectedApp)).toEqual(['clientId', 'secretId', 'secretValue']);
    const hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "a"'], process.env);
    const session = await openRawSession(access, tokenCredentials(access));
    await session.send('POST', '/datasources', publishBody('<datasource name="x"/>', hyper));
    const state = (await (await fetch(`${access.adminUrl}/state`)).json()) as { engine: { pid: number } };
    expect(() => process.kill(state.engine.pid, 0)).not.toThrow();
    expect(await stop(child)).toBe(0);
    expect(() => process.kill(state.engine.pid, 0)).toThrow();
    await expect(fetch(access.url)).rejects.toThrow();
  });

  it('serves many at once without a warning', async () => {
    const child = run([]);
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const access = await firstLine(child);
    const limits = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"commitDelayMs":1000}' };
    expect((await fetch(`${access.adminUrl}/limits`, limits)).status).toBe(200);
    const hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "a"'], process.env);
    const session = await openRawSession(access, tokenCredentials(access));
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        session.send('POST', '/datasources', publishBody(`<datasource name="x ${index}"/>`, hyper)),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    expect(await stop(child)).toBe(0);
    expect(text).toBe('');
  });

  it('goes on with the same content and credentials in the same data folder', async () => {
    const args = ['--data', join(dir, 'site')];
    const first = run(args);
    const before = await firstLine(first);
    const hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "a"'], process.env);
    const session = await openRawSession(before);
    const published = await session.send('POST', '/datasources', publishBody('<datasource name="Kept"/>', hyper));
    const id = /<datasource id="([^"]+)"/.exec(published.text)?.[1] ?? '';
    first.kill('SIGKILL');
    await once(first, 'close');

    const second = run(args);
    const after = await firstLine(second);
    expect(after.tokenSecret).toBe(before.tokenSecret);
    const again = await openRawSession(after, tokenCredentials(after));
    expect((await again.send('GET', `/datasources/${id}`)).text).toContain('name="Kept"');
    const tables = (await (await fetch(`${after.adminUrl}/datasources/${id}/tables`)).json()) as { tables: unknown[] };
    expect(tables.tables).toHaveLength(1);
    await stop(second);
  });

  it('takes sites and people from a seed file', async () => {
    const path = join(dir, 'seed.json');
    const site = {
      contentUrl: 'mine',
      name: 'Mine',
      users: [{ name: 'me', password: 'secret', siteRole: 'ServerAdministrator' }],
      projects: ['A/B'],
      tokens: [{ name: 'pat', secret: 'known', user: 'me' }],
    };
    await writeFile(path, JSON.stringify({ sites: [site] }));
    const child = run(['--seed', path]);
    const access = await firstLine(child);
    expect(access).toMatchObject({
      siteContentUrl: 'mine',
      tokenName: 'pat',
      tokenSecret: 'known',
      password: 'secret',
    });
    await stop(child);
  });

  it('says which port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { exit, text } = await failure(['--port', String(port)]);
    server.close();
    expect(exit).toBe(4);
    expect(text).toContain('PORT_IN_USE');
  });

  it.each([
    ['a port that is none', ['--port', 'x']],
    ['an unknown option', ['--colour']],
    ['a seed that is not there', ['--seed', '/nonexistent/seed.json']],
  ])('refuses %s with a clear error', async (_, args) => {
    const { exit, text } = await failure(args);
    expect(exit).not.toBe(0);
    expect(text).toContain('SIMULATOR_FAILED');
  });
});
