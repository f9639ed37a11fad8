import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { WorkerView } from '@hyperferry/queue';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { freePort, killAll, spawnRedis, withClient } from '../../packages/queue/src/redis/own-servers.fixture.ts';
import { createAuthority } from '../certificates.ts';
import { hyperferry, run } from './command.ts';
import { startDemoStack } from './demo-stack.ts';

// What docs/operator.md says about a Redis of one's own, with the built programs and real servers.

const root = join(import.meta.dirname, '..', '..');
const operator = await readFile(join(root, 'docs/operator.md'), 'utf8');
const password = 'p:w/@%s3cret';
const common = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
let dir: string;
let servers: ChildProcess[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-field-'));
  servers = [];
});
afterEach(async () => {
  await killAll(servers);
  await rm(dir, { recursive: true, force: true });
});

/** An example of the page as an environment, with hosts and files of the test in place of its own. */
function example(name: string, replacements: Readonly<Record<string, string>>): Record<string, string> {
  let text = new RegExp(`^\`\`\`properties ${name}\\n([^\`]+)\`\`\``, 'm').exec(operator)?.[1] ?? '';
  for (const [from, to] of Object.entries(replacements)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return Object.fromEntries(
    text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(/=(.*)/s).slice(0, 2)])),
  );
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text, { mode: 0o600 });
  return join(dir, name);
}

/** The page's user, and nobody else. */
async function writeAcl(): Promise<string> {
  const user = /^user hyperferry .*$/m.exec(operator)?.[0] ?? '';
  return await file('users.acl', `user default off\n${user.replace('PASSWORD', password)}\n`);
}

async function startWithUser(): Promise<number> {
  const port = await freePort();
  servers.push(
    spawnRedis(process.env, ['--port', String(port), '--dir', dir, ...common, '--aclfile', await writeAcl()]),
  );
  await withClient({ port, username: 'hyperferry', password }, (redis) => redis.ping());
  return port;
}

/** The whole product with such a Redis: a file is published, and the dashboard shows it. */
async function publishWith(environment: Record<string, string>): Promise<void> {
  const stack = await startDemoStack(environment);
  try {
    const csv = join(stack.folder, 'orders.csv');
    await writeFile(csv, 'id,amount\n1,1.50\n2,2.25\n');
    const target = ['--project', 'Finance/Sales', '--name', 'Field', '--connection', 'demo'];
    const published = await hyperferry(['publish', csv, ...target, '--wait', '--json'], stack.env);
    expect(published.code, published.stderr).toBe(0);
    const { workers } = JSON.parse((await hyperferry(['workers', '--json'], stack.env)).stdout) as {
      workers: WorkerView[];
    };
    expect(workers).toMatchObject([{ state: 'running' }]);
    for (const path of ['', 'lines', 'workers', 'metrics', 'readyz', 'board/api/queues']) {
      expect((await fetch(`${stack.dashboardUrl}${path}`)).status, path).toBe(200);
    }
  } finally {
    expect(await stack.stop()).toEqual([]);
  }
}

it('TLS with a private authority and a user of its own', async () => {
  const authority = await createAuthority(dir);
  const { certFile, keyFile } = await authority.sign('server', '127.0.0.1');
  const port = await freePort();
  const aclFile = await writeAcl();
  const tls = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.caFile];
  const only = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...tls];
  servers.push(spawnRedis(process.env, ['--dir', dir, ...common, '--aclfile', aclFile, ...only]));
  await publishWith(
    example('tls', {
      'redis.example.com:6380': `127.0.0.1:${port}`,
      '/run/secrets/redis': await file('redis-password', `${password}\n`),
      '/etc/ssl/private-authority.pem': authority.caFile,
    }),
  );
});

it('sentinels with passwords', async () => {
  const [master, ...sentinels] = await Promise.all(Array.from({ length: 4 }, () => freePort()));
  servers.push(spawnRedis(process.env, ['--port', String(master), '--dir', dir, ...common, '--requirepass', password]));
  for (const port of sentinels) {
    const watch = [`sentinel monitor queue 127.0.0.1 ${master} 2`, `sentinel auth-pass queue ${password}`];
    const own = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${dir}`,
      'requirepass of-sentinels',
      'sentinel sentinel-pass of-sentinels',
    ];
    servers.push(
      spawnRedis(process.env, [
        await file(`sentinel-${port}.conf`, `${[...own, ...watch].join('\n')}\n`),
        '--sentinel',
      ]),
    );
  }
  const hosts = Object.fromEntries(
    sentinels.map((port, index) => [`sentinel-${index + 1}.example.com:26379`, `127.0.0.1:${port}`]),
  );
  await publishWith(
    example('sentinel', {
      ...hosts,
      '/run/secrets/redis': await file('redis-password', password),
      '/run/secrets/sentinel': await file('sentinel-password', 'of-sentinels'),
    }),
  );
});

it.each(['worker', 'dashboard'])('a wrong password ends the %s with a code, and is not written down', async (app) => {
  const env = {
    ...process.env,
    TMPDIR: dir,
    HYPERFERRY_DATA: join(dir, 'data'),
    REDIS_URL: `redis://hyperferry:wrong-s3cret@127.0.0.1:${await startWithUser()}`,
  };
  const ended = await run(process.execPath, [join(root, `apps/${app}/bin/hyperferry-${app}.js`)], env);
  expect(ended.code).toBe(7);
  expect(JSON.parse(ended.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ code: 'QUEUE_SIGN_IN_DENIED' });
  expect(ended.stdout + ended.stderr).not.toContain('s3cret');
});

it('a password that is changed under a running worker is not written down either', async () => {
  const port = await startWithUser();
  const env = {
    ...process.env,
    TMPDIR: dir,
    HYPERFERRY_DATA: join(dir, 'data'),
    REDIS_URL: `redis://hyperferry:${encodeURIComponent(password)}@127.0.0.1:${port}`,
  };
  const worker = spawn(process.execPath, [join(root, 'apps/worker/bin/hyperferry-worker.js')], { env });
  let written = '';
  const announced = once(worker.stdout, 'data');
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (text: Buffer) => (written += text.toString()));
  await announced;
  await withClient({ port, username: 'hyperferry', password }, async (redis) => {
    // The user may not change itself: the test's own way in.
    await expect(redis.acl('SETUSER', 'hyperferry', 'resetpass', '>another')).rejects.toThrow('NOPERM');
  });
  await killAll(servers.splice(0));
  const aclFile = await file('users.acl', 'user default off\nuser hyperferry on >another ~* &* +@all\n');
  servers.push(spawnRedis(process.env, ['--port', String(port), '--dir', dir, ...common, '--aclfile', aclFile]));
  await expect.poll(() => written, { timeout: 20_000 }).toContain('WRONGPASS');
  const exited = once(worker, 'exit');
  worker.kill('SIGTERM');
  await exited;
  expect(written).not.toContain(password);
  expect(written).not.toContain(encodeURIComponent(password));
});
