import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { isAlive } from '@hyperferry/schema/process-alive';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { eventually } from '../testing.ts';
import { joinPrivateRedis, startPrivateRedis } from './private-redis.ts';

const { env } = process;
let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'hf-private-')), 'with blanks');
});
afterEach(() => rm(dirname(dataDir), { recursive: true, force: true }));

test('data outlive the server, and nothing else does', async () => {
  const first = await startPrivateRedis({ dataDir, env });
  const client = first.connection.open({ failFast: false, name: 'test' });
  await client.set('{hf}:kept', '1');
  client.disconnect();
  await first.close();
  expect(isAlive(first.pid())).toBe(false);
  await expect(stat(dirname(first.socketPath))).rejects.toMatchObject({ code: 'ENOENT' });
  await using second = await startPrivateRedis({ dataDir, env });
  const again = second.connection.open({ failFast: false, name: 'test' });
  expect(await again.get('{hf}:kept')).toBe('1');
  again.disconnect();
});

test('the folder of the socket is for its owner only', async () => {
  await using redis = await startPrivateRedis({ dataDir, env });
  expect((await stat(dirname(redis.socketPath))).mode & 0o777).toBe(0o700);
  expect(Buffer.byteLength(redis.socketPath)).toBeLessThan(104);
});

test('two starts at once make one server; the second adopts it and does not stop it', async () => {
  const [a, b] = await Promise.all([startPrivateRedis({ dataDir, env }), startPrivateRedis({ dataDir, env })]);
  expect(a.socketPath).toBe(b.socketPath);
  expect(a.owned).not.toBe(b.owned);
  const [owner, guest] = a.owned ? [a, b] : [b, a];
  await guest.close();
  await joinPrivateRedis({ dataDir });
  await owner.close();
});

test('joining where none runs has the code QUEUE_NOT_RUNNING', async () => {
  await expect(joinPrivateRedis({ dataDir })).rejects.toMatchObject({ code: 'QUEUE_NOT_RUNNING' });
});

test('a server that is killed is started again at the same place', async () => {
  await using redis = await startPrivateRedis({ dataDir, env });
  const client = redis.connection.open({ failFast: false, name: 'test' });
  await client.set('{hf}:kept', '1');
  const pid = redis.pid();
  process.kill(pid, 'SIGKILL');
  await eventually(() => redis.pid() !== pid);
  expect(await client.get('{hf}:kept')).toBe('1');
  client.disconnect();
});

test('a server dies with its owner, and the next start finds its data', async () => {
  const module = new URL('private-redis.ts', import.meta.url).href;
  const script = `import { startPrivateRedis } from ${JSON.stringify(module)};
    const redis = await startPrivateRedis({ dataDir: process.argv[1], env: process.env });
    const client = redis.connection.open({ failFast: false, name: 'test' });
    await client.set('{hf}:kept', '1');
    console.log(redis.pid());
    setInterval(() => {}, 1000);`;
  const args = ['--conditions=hyperferry-source', '--import', 'tsx', '--input-type=module', '-e', script, dataDir];
  const owner: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(owner.stdout ?? owner, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  await using redis = await startPrivateRedis({ dataDir, env });
  expect(redis.owned).toBe(true);
  if (redis.pid() !== Number(line)) await eventually(() => !isAlive(Number(line)));
  const client = redis.connection.open({ failFast: false, name: 'test' });
  expect(await client.get('{hf}:kept')).toBe('1');
  client.disconnect();
});

test('the lock of a killed start is taken over', async () => {
  await mkdir(join(dataDir, 'redis'), { recursive: true });
  await writeFile(join(dataDir, 'redis', 'start.lock'), '999999999');
  await using redis = await startPrivateRedis({ dataDir, env });
  expect(redis.owned).toBe(true);
  expect(await readdir(join(dataDir, 'redis'))).not.toContain('start.lock');
});

test('a program that does not start has the code QUEUE_REDIS_START_FAILED and leaves nothing', async () => {
  const bin = join(dirname(dataDir), 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'redis-server'), '#!/bin/sh\nexit 3\n');
  await chmod(join(bin, 'redis-server'), 0o755);
  const start = startPrivateRedis({ dataDir, env: { PATH: `${bin}:/bin` } });
  await expect(start).rejects.toMatchObject({ code: 'QUEUE_REDIS_START_FAILED' });
  expect(await readdir(join(dataDir, 'redis'))).toEqual([]);
});

test('a data folder below a file has the code DATA_FOLDER_NOT_WRITABLE', async () => {
  await mkdir(dirname(dataDir), { recursive: true });
  await writeFile(dataDir, '');
  await expect(startPrivateRedis({ dataDir, env })).rejects.toMatchObject({ code: 'DATA_FOLDER_NOT_WRITABLE' });
});
