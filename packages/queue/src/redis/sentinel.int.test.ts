import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { startConsumers } from '../consume/start-consumers.ts';
import { openRunQueue } from '../runs/run-queue.ts';
import { createGate, eventually, testHandlers, testPublishResult, testSubmission } from '../testing.ts';
import { connectRedis, type QueueConnection } from './connection.ts';
import { freePort, killAll, spawnRedis, withClient } from './own-servers.fixture.ts';

const password = 's3cret-of-servers';
const sentinelPassword = 's3cret-of-sentinels';
let dir: string;
let servers: ChildProcess[];
/** What listens where. */
let byPort: Map<number, ChildProcess>;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-sentinel-'));
  servers = [];
  byPort = new Map();
});
afterEach(async () => {
  await killAll(servers);
  await rm(dir, { recursive: true, force: true });
});

/** A master, a replica and three sentinels that watch them, all with passwords. */
async function startGroup(): Promise<{ connection: QueueConnection; sentinels: readonly number[] }> {
  const [master, replica, ...sentinels] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
  const secured = ['--requirepass', password, '--masterauth', password, '--bind', '127.0.0.1'];
  const start = (port: number, args: string[]): void => {
    const server = spawnRedis(process.env, args);
    servers.push(server);
    byPort.set(port, server);
  };
  for (const port of [master, replica]) {
    const of = port === replica ? ['--replicaof', `127.0.0.1 ${master}`] : [];
    const files = ['--dir', dir, '--appendonly', 'yes', '--appenddirname', `aof-${port}`, '--save', ''];
    start(port ?? 0, ['--port', String(port), ...secured, ...files, '--dbfilename', `${port}.rdb`, ...of]);
  }
  await withClient({ port: replica ?? 0, password }, (redis) =>
    eventually(async () => (await redis.info('replication')).includes('master_link_status:up'), 20_000),
  );
  for (const port of sentinels) {
    const file = join(dir, `sentinel-${port}.conf`);
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      `requirepass ${sentinelPassword}`,
      `sentinel sentinel-pass ${sentinelPassword}`,
      `sentinel monitor queue 127.0.0.1 ${master} 2`,
      `sentinel auth-pass queue ${password}`,
      'sentinel down-after-milliseconds queue 1000',
      'sentinel failover-timeout queue 5000',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    start(port, [file, '--sentinel']);
  }
  for (const port of sentinels) {
    await withClient({ port, password: sentinelPassword }, (redis) =>
      eventually(async () => {
        const about = JSON.stringify(await redis.call('SENTINEL', 'master', 'queue'));
        return about.includes('"num-slaves","1"') && about.includes('"num-other-sentinels","2"');
      }, 20_000),
    );
  }
  const sentinelPasswordFile = join(dir, 'sentinel-password');
  await writeFile(sentinelPasswordFile, `${sentinelPassword}\n`);
  const hosts = sentinels.map((port) => `127.0.0.1:${port}`).join(',');
  const url = `redis-sentinel://:${password}@${hosts}/queue`;
  return { connection: await connectRedis({ redis: { url, sentinelPasswordFile }, dataDir: dir }), sentinels };
}

/** The server that the sentinels hold for the master. */
async function masterOf(sentinel: number): Promise<{ port: number; server: ChildProcess }> {
  return await withClient({ port: sentinel, password: sentinelPassword }, async (redis) => {
    const [, text] = (await redis.call('SENTINEL', 'get-master-addr-by-name', 'queue')) as [string, string];
    const server = byPort.get(Number(text));
    if (server === undefined) throw new Error(`no server on port ${text}`);
    return { port: Number(text), server };
  });
}

test.each([
  ['is killed', 'SIGKILL'],
  ['hangs', 'SIGSTOP'],
] as const)(
  'runs go on when the master %s: the one that was publishing ends, and so do new ones',
  async (_how, signal) => {
    const { connection, sentinels } = await startGroup();
    const publishing = createGate();
    const lost = createGate();
    await using queue = await openRunQueue({ connection });
    const consumers = await startConsumers({
      connection,
      lease: { lockMs: 3000, stalledCheckMs: 500 },
      retries: { backoffMs: 100 },
      reconcileMs: 200,
      handlers: testHandlers({
        publish: async (job) => {
          publishing.open();
          await lost.opened;
          (await job.confirm()).assertFresh();
          return testPublishResult();
        },
      }),
    });
    const { runId } = await queue.submit(testSubmission('during', { mode: 'append' }));
    await publishing.opened;
    const [sentinel = 0] = sentinels;
    const { port, server } = await masterOf(sentinel);
    // What is acknowledged reaches the replica a moment later; a master that dies in it is another story.
    await withClient({ port, password }, (redis) => redis.wait(1, 5000));
    server.kill(signal);
    lost.open();
    await expect.poll(async () => (await masterOf(sentinel)).port, { timeout: 20_000 }).not.toBe(port);
    expect(await queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
    const after = await queue.submit(testSubmission('after', { mode: 'append' }));
    expect(await queue.waitForRun(after.runId)).toMatchObject({ state: 'succeeded' });
    await consumers.close({ graceMs: 500 });
  },
  60_000,
);

test('a wrong password for the sentinels is said, and is in no message', async () => {
  const { connection, sentinels } = await startGroup();
  expect(connection.describe).not.toContain('s3cret');
  const [port] = sentinels;
  const passwordFile = join(dir, 'wrong-password');
  await writeFile(passwordFile, 'wrong-s3cret');
  const redis = { url: `redis-sentinel://:${password}@127.0.0.1:${port}/queue`, sentinelPasswordFile: passwordFile };
  const failure = openRunQueue({ connection: await connectRedis({ redis, dataDir: dir }) });
  await expect(failure).rejects.toMatchObject({ code: 'QUEUE_SIGN_IN_DENIED' });
  await expect(failure).rejects.not.toThrow(/s3cret/);
});
