import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startConsumers } from '../consume/start-consumers.ts';
import { openRunQueue } from '../runs/run-queue.ts';
import { openSessionStore } from '../tableau/session-store.ts';
import { eventually, testHandlers, testSubmission } from '../testing.ts';
import { connectionFromUrl } from './connection.ts';
import { freePort, killAll, spawnRedis, withClient } from './own-servers.fixture.ts';

let dir: string;
let ports: number[] = [];
const nodes: ChildProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-cluster-'));
  ports = await Promise.all([freePort(), freePort(), freePort()]);
  for (const port of ports) {
    const files = ['--dir', dir, '--cluster-config-file', `nodes-${port}.conf`, '--appenddirname', `aof-${port}`];
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--cluster-enabled', 'yes', '--save', '', ...files];
    // The bus port is by default 10,000 higher, which may be out of range.
    flags.push('--cluster-port', String(await freePort()), '--daemonize', 'no');
    nodes.push(spawnRedis(process.env, flags));
  }
  await Promise.all(ports.map((port) => command(port, (redis) => redis.ping())));
  const slots = 16_384;
  for (const [index, port] of ports.entries()) {
    const first = Math.ceil((slots * index) / ports.length);
    const last = Math.ceil((slots * (index + 1)) / ports.length) - 1;
    await command(port, (redis) => redis.cluster('ADDSLOTSRANGE', first, last));
    const bus = await command(ports[0] ?? 0, async (redis) => (await redis.config('GET', 'cluster-port'))[1]);
    if (index > 0) await command(port, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', ports[0] ?? 0, bus ?? ''));
  }
  await eventually(async () => {
    const states = await Promise.all(ports.map((port) => command(port, (redis) => redis.cluster('INFO'))));
    return states.every((info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'));
  }, 20_000);
});
afterAll(async () => {
  await killAll(nodes);
  await rm(dir, { recursive: true, force: true });
});

function command<T>(port: number, action: (redis: Redis) => Promise<T>): Promise<T> {
  return withClient({ port }, action);
}

test('runs, steering and the shared session work on a Cluster of three nodes', async () => {
  const connection = connectionFromUrl(`redis-cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`);
  await using queue = await openRunQueue({ connection });
  const consumers = await startConsumers({ connection, handlers: testHandlers(), reconcileMs: 200 });
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    ids.push((await queue.submit(testSubmission(`cluster ${index % 2}`, { mode: 'append' }))).runId);
  }
  const ended = await Promise.all(ids.map((runId) => queue.waitForRun(runId)));
  expect(ended.map((run) => run.state)).toEqual(ids.map(() => 'succeeded'));
  expect((await queue.listRuns()).runs).toHaveLength(6);
  await using store = openSessionStore(connection);
  const key = { serverUrl: 'https://t', siteContentUrl: '', kind: 'pat', principal: 'p', secret: 's' } as const;
  const session = { token: 't', siteId: '', siteContentUrl: '', userId: '', baseUrl: '', signedInAt: '' };
  expect(await store.obtain(key, () => Promise.resolve(session))).toEqual(session);
  await consumers.close({ graceMs: 1000 });
});
