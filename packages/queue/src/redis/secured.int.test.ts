import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type CertificateFiles, createAuthority } from '../../../../test/certificates.ts';
import { startConsumers } from '../consume/start-consumers.ts';
import { openBoardQueues } from '../runs/board-queues.ts';
import { openRunQueue } from '../runs/run-queue.ts';
import { openSessionStore } from '../tableau/session-store.ts';
import { testHandlers, testSubmission } from '../testing.ts';
import { announceWorker } from '../workers/announce-worker.ts';
import { connectionFromUrl, connectRedis, type QueueConnection } from './connection.ts';
import { freePort, killAll, spawnRedis, withClient } from './own-servers.fixture.ts';

const servers: ChildProcess[] = [];
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-secured-'));
});
afterAll(async () => {
  await killAll(servers);
  await rm(dir, { recursive: true, force: true });
});

/** All that a fleet asks of Redis: a worker, a producer, the board, the shared session. */
async function useAll(connection: QueueConnection): Promise<void> {
  await using queue = await openRunQueue({ connection });
  await using consumers = await startConsumers({ connection, handlers: testHandlers(), reconcileMs: 200 });
  const concurrency = { runs: 1, parse: 1, extract: 1, publish: 1 };
  const about = { host: 'h', pid: 1, version: '1', specVersion: 1, startedAt: new Date().toISOString(), concurrency };
  await using announced = announceWorker({ connection, intervalMs: 20, worker: { name: 'w', ...about } });
  const { runId } = await queue.submit(testSubmission('secured', { mode: 'append' }));
  expect(await queue.waitForRun(runId)).toMatchObject({ state: 'succeeded' });
  await queue.pause({ scope: 'all' });
  const waiting = await queue.submit(testSubmission('secured', { mode: 'append' }));
  await queue.cancel(waiting.runId);
  await queue.resume({ scope: 'all' });
  expect((await queue.listRuns()).runs.map(({ state }) => state).sort()).toEqual(['cancelled', 'succeeded']);
  expect(await queue.listLines()).toEqual([]);
  await expect.poll(async () => (await queue.listWorkers()).length).toBe(1);
  const board = openBoardQueues(connection);
  expect(await board.queues[0]?.getJobCounts()).toMatchObject({ completed: 1 });
  expect(await board.queues[0]?.exportPrometheusMetrics()).toContain('bullmq_job_count');
  await board.close();
  await using sessions = openSessionStore(connection);
  const key = { serverUrl: 'https://t', siteContentUrl: '', kind: 'pat', principal: 'p', secret: 's' } as const;
  const session = { token: 't', siteId: '', siteContentUrl: '', userId: '', baseUrl: '', signedInAt: '' };
  expect(await sessions.obtain(key, () => Promise.resolve(session))).toEqual(session);
  expect([consumers, announced].length).toBe(2);
}

/** Both sides fail with this code, and soon; what they say has no secret in it. */
async function expectRefused(connection: QueueConnection, code: string, secret?: string): Promise<void> {
  const startMs = performance.now();
  const attempts = [openRunQueue({ connection }), startConsumers({ connection, handlers: testHandlers() })];
  for (const ended of await Promise.allSettled(attempts)) {
    expect(ended).toMatchObject({ status: 'rejected', reason: { code } });
    if (secret !== undefined && ended.status === 'rejected') expect(String(ended.reason)).not.toContain(secret);
  }
  expect(performance.now() - startMs).toBeLessThan(2500);
}

describe('a Redis with TLS', () => {
  let caFile: string;
  let server: CertificateFiles;
  let elsewhere: CertificateFiles;
  let client: CertificateFiles;

  beforeAll(async () => {
    const authority = await createAuthority(dir);
    ({ caFile } = authority);
    server = await authority.sign('server', '127.0.0.1');
    elsewhere = await authority.sign('elsewhere', '192.0.2.1');
    client = await authority.sign('client', '127.0.0.1');
  });

  /** Settings of a server that speaks TLS only. */
  const tlsSettings = (own: CertificateFiles, clients: 'yes' | 'no', port: number): Record<string, string> => ({
    port: '0',
    'tls-port': String(port),
    bind: '127.0.0.1',
    'tls-cert-file': own.certFile,
    'tls-key-file': own.keyFile,
    'tls-ca-cert-file': caFile,
    'tls-auth-clients': clients,
    'tls-replication': 'yes',
  });

  async function startTls(own: CertificateFiles, clients: 'yes' | 'no'): Promise<string> {
    const port = await freePort();
    const settings = Object.entries({ ...tlsSettings(own, clients, port), save: '' });
    servers.push(
      spawnRedis(
        process.env,
        settings.flatMap(([name, value]) => [`--${name}`, value]),
      ),
    );
    return `rediss://127.0.0.1:${port}`;
  }

  const connect = (url: string, more: object = {}): Promise<QueueConnection> =>
    connectRedis({ redis: { url, ...more }, dataDir: dir });

  test('does everything when its private authority is named, and nothing without', async () => {
    const url = await startTls(server, 'no');
    await useAll(await connect(url, { caFile }));
    await expectRefused(await connect(url), 'QUEUE_TLS_FAILED');
  });

  test('may want a certificate of its clients', async () => {
    const url = await startTls(server, 'yes');
    await useAll(await connect(url, { caFile, ...client }));
    const without = await connect(url, { caFile });
    // The server says why and hangs up: now and then only the second arrives. A worker tries until it hears the reason.
    await expect(startConsumers({ connection: without, handlers: testHandlers() })).rejects.toMatchObject({
      code: 'QUEUE_TLS_FAILED',
      message: expect.stringContaining('certificate required') as unknown,
    });
    await expect(openRunQueue({ connection: without })).rejects.toMatchObject({
      message: expect.stringMatching(/certificate required|ECONNRESET|EPIPE/) as unknown,
    });
  });

  test('with the certificate of another host is not trusted', async () => {
    await expectRefused(await connect(await startTls(elsewhere, 'no'), { caFile }), 'QUEUE_TLS_FAILED');
  });

  test('is found by sentinels that speak nothing but TLS either', async () => {
    const [, , master] = (await startTls(server, 'no')).split(':');
    const port = await freePort();
    const settings = Object.entries(tlsSettings(server, 'no', port)).map((setting) => setting.join(' '));
    const monitor = `sentinel monitor queue 127.0.0.1 ${master} 1`;
    const config = join(dir, 'sentinel.conf');
    await writeFile(config, `${[...settings, `dir ${dir}`, monitor].join('\n')}\n`);
    servers.push(spawnRedis(process.env, [config, '--sentinel']));
    await useAll(await connect(`rediss-sentinel://127.0.0.1:${port}/queue`, { caFile }));
    // What is wrong with a sentinel the client doesn't tell.
    const untrusting = await connect(`rediss-sentinel://127.0.0.1:${port}/queue`);
    await expect(openRunQueue({ connection: untrusting })).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringContaining('All sentinels are unreachable') as unknown,
    });
  });

  test('a file that is not there is named with its variable', async () => {
    await expect(connect('rediss://127.0.0.1:1', { caFile: join(dir, 'none.pem') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('HYPERFERRY_REDIS_CA_FILE') as unknown,
    });
  });
});

describe('a Redis with users', () => {
  const password = 'p:w/@%s3cret';
  let port: number;
  let url: (user: string, word: string) => string;

  beforeAll(async () => {
    port = await freePort();
    const operator = await readFile(join(import.meta.dirname, '../../../../docs/operator.md'), 'utf8');
    const documented = /^user hyperferry .*>PASSWORD .*$/m.exec(operator)?.[0] ?? '';
    const users = [
      'user default off',
      documented.replace('PASSWORD', password),
      `user reader on >${password} ~* &* +@read +@connection +info`,
    ];
    const aclFile = join(dir, 'users.acl');
    await writeFile(aclFile, `${users.join('\n')}\n`);
    servers.push(
      spawnRedis(process.env, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--aclfile', aclFile]),
    );
    url = (user, word) => `redis://${user}:${encodeURIComponent(word)}@127.0.0.1:${port}`;
    await withClient({ port, username: 'reader', password }, (redis) => redis.ping());
  });

  test('does everything for a user that may touch nothing but our keys', async () => {
    await useAll(connectionFromUrl(url('hyperferry', password)));
  });

  test('takes the password from a file', async () => {
    const passwordFile = join(dir, 'redis-password');
    await writeFile(passwordFile, `${password}\n`);
    const redis = { url: `redis://hyperferry@127.0.0.1:${port}`, passwordFile };
    await using queue = await openRunQueue({ connection: await connectRedis({ redis, dataDir: dir }) });
    expect(await queue.countRuns()).toMatchObject({ waiting: 0 });
  });

  test('a wrong password, or none, is said at once', async () => {
    const wrong = 'wrong-s3cret';
    await expectRefused(connectionFromUrl(url('hyperferry', wrong)), 'QUEUE_SIGN_IN_DENIED', wrong);
    await expectRefused(connectionFromUrl(`redis://127.0.0.1:${port}`), 'QUEUE_SIGN_IN_DENIED');
  });

  test('what a user may not do is named', async () => {
    const connection = connectionFromUrl(url('reader', password));
    await expect(startConsumers({ connection, handlers: testHandlers() })).rejects.toMatchObject({
      code: 'QUEUE_PERMISSION_DENIED',
    });
    await using queue = await openRunQueue({ connection });
    await expect(queue.submit(testSubmission('no'))).rejects.toMatchObject({ code: 'QUEUE_PERMISSION_DENIED' });
  });
});
