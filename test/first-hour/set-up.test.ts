import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { findHyperd } from '@hyperferry/hyper/engine';
import { cachedRedisServer } from '@hyperferry/queue/redis-path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { requirePart } from '../requirements.ts';
import {
  asNobody,
  bringEngine,
  cloneWorkingTree,
  makeOpenFolder,
  pathWithout,
  removeFolder,
  run,
  setUp,
} from './newcomer.ts';

let folder: string;
let clone: string;
let withoutRedis: string;
const xdg = process.env['XDG_CACHE_HOME'];
const usualCache: Readonly<Record<string, string>> = xdg === undefined ? {} : { XDG_CACHE_HOME: xdg };
const canFetchRedis = requirePart('apt-get');
const canBeNobody = requirePart('another user');

beforeAll(async () => {
  folder = makeOpenFolder();
  clone = await cloneWorkingTree(join(folder, 'clone'));
  withoutRedis = pathWithout(join(folder, 'bin'), 'redis-server', 'valkey-server');
});
afterAll(() => removeFolder(folder));

/** What set-up itself complained about: npm may have its own warnings on the same stream. */
function complaintOf(stderr: string): string {
  return stderr.includes('set-up:') ? stderr.slice(stderr.indexOf('set-up:')) : '';
}

/** Everything in a cache that isn't a finished part: locks, temporary folders. */
function leftovers(cacheHome: string): string[] {
  return ['engine', 'redis'].flatMap((part) =>
    readdirSync(join(cacheHome, 'hyperferry', part)).filter((name) => name.startsWith('.')),
  );
}

test.skipIf(!canFetchRedis)(
  'two set-ups of an ordinary user at once on an empty cache fetch each part once',
  async () => {
    const home = join(folder, 'home of nobody');
    mkdirSync(home);
    if (canBeNobody) chownSync(home, 65_534, 65_534);
    const command = canBeNobody ? asNobody(setUp) : setUp;
    const env = { HOME: home, PATH: withoutRedis };
    const both = await Promise.all([run(command, { cwd: clone, env }), run(command, { cwd: clone, env })]);
    for (const { status, stderr } of both)
      expect({ status, complaint: complaintOf(stderr) }).toEqual({ status: 0, complaint: '' });
    const lines = both.flatMap(({ stdout }) => stdout.split('\n'));
    expect(lines.filter((line) => line.includes('fetching the Hyper engine'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('fetching redis-server from'))).toHaveLength(1);

    const cache = join(home, '.cache');
    expect(leftovers(cache)).toEqual([]);
    expect(statSync(join(cache, 'hyperferry')).mode & 0o777).toBe(0o700);
    expect(execFileSync(findHyperd({ XDG_CACHE_HOME: cache }), ['--version'], { encoding: 'utf8' })).toContain('Hyper');
    const redis = cachedRedisServer({ XDG_CACHE_HOME: cache });
    expect(execFileSync(redis, ['--version'], { encoding: 'utf8' })).toContain('Redis server v=');
    expect(await run(command, { cwd: clone, env })).toMatchObject({ status: 0, stdout: '' });
  },
);

// 0.6 s on an idle machine, of which 0.55 s are the start of tsx. As a ratio, since the other tests keep the cores busy.
test('set-up with nothing to do says nothing and adds little to the start of a script', { retry: 3 }, async () => {
  const script = ['node_modules/.bin/tsx', '--conditions=hyperferry-source'];
  await writeFile(join(clone, 'empty.ts'), 'export {};');
  const durationsMs = { empty: Infinity, setUp: Infinity };
  for (let round = 0; round < 4; round += 1) {
    const empty = await run([...script, 'empty.ts'], { cwd: clone });
    const ended = await run([...script, 'scripts/setup.ts'], { cwd: clone, env: usualCache });
    expect(ended).toMatchObject({ status: 0, stdout: '', stderr: '' });
    durationsMs.empty = Math.min(durationsMs.empty, empty.durationMs);
    durationsMs.setUp = Math.min(durationsMs.setUp, ended.durationMs);
  }
  expect(durationsMs.setUp / durationsMs.empty).toBeLessThan(1.5);
});

test.skipIf(!canBeNobody)('a HOME that an ordinary user may not write is said, with what to set', async () => {
  const home = join(folder, 'read-only');
  mkdirSync(home);
  chmodSync(home, 0o555);
  const ended = await run(asNobody(setUp), { cwd: clone, env: { HOME: home, PATH: withoutRedis } });
  expect(ended.stderr).toContain(`SETUP_CACHE_NOT_WRITABLE`);
  expect(ended.stderr).toContain(join(home, '.cache'));
  expect(ended.stderr).toContain('EACCES');
  expect(ended.stderr).toContain('XDG_CACHE_HOME');
  expect(ended.status).toBe(4);
});

test.skipIf(!requirePart('mount namespace'))('a HOME on a read-only file system is said to root too', async () => {
  const home = join(folder, 'read-only file system');
  mkdirSync(home);
  const mount = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o ro none "$HOME" && exec "$@"', 'sh'];
  const ended = await run([...mount, ...setUp], { cwd: clone, env: { HOME: home } });
  expect(ended.stderr).toContain('SETUP_CACHE_NOT_WRITABLE');
  expect(ended.stderr).toContain('EROFS');
  expect(ended.status).toBe(4);
});

test('with HYPERD_PATH and REDIS_URL nothing is installed', async () => {
  const cache = join(folder, 'untouched');
  const env = {
    XDG_CACHE_HOME: cache,
    HYPERD_PATH: findHyperd(process.env),
    REDIS_URL: 'redis://127.0.0.1:1',
    PATH: withoutRedis,
  };
  expect(await run(setUp, { cwd: clone, env })).toMatchObject({ status: 0, stdout: '' });
  expect(existsSync(cache)).toBe(false);
});

test('a wrong HYPERD_PATH is said, not repaired', async () => {
  const cache = join(folder, 'untouched');
  const env = { XDG_CACHE_HOME: cache, HYPERD_PATH: '/nowhere/hyperd', REDIS_URL: 'redis://127.0.0.1:1' };
  const ended = await run(setUp, { cwd: clone, env });
  expect(ended.stderr).toContain('HYPER_ENGINE_MISSING');
  expect(ended.status).toBe(8);
  expect(existsSync(cache)).toBe(false);
});

test('a registry that does not answer is said, and nothing is left', async () => {
  const cache = join(folder, 'no network');
  const port = await closedPort();
  const env = {
    XDG_CACHE_HOME: cache,
    REDIS_URL: 'redis://127.0.0.1:1',
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_cache: join(folder, 'npm cache'),
    npm_config_fetch_retries: '0',
  };
  const ended = await run(setUp, { cwd: clone, env });
  expect(ended.stderr).toContain('SETUP_DOWNLOAD_FAILED');
  expect(ended.stderr).toContain('npm run setup');
  expect(ended.status).toBe(6);
  expect(readdirSync(join(cache, 'hyperferry', 'engine'))).toEqual([]);
});

test('without Redis, apt-get and Homebrew the command to type is said', async () => {
  const cache = join(folder, 'no apt');
  bringEngine(cache);
  const path = pathWithout(join(folder, 'bin without apt'), 'redis-server', 'valkey-server', 'apt-get', 'brew');
  const ended = await run(setUp, { cwd: clone, env: { XDG_CACHE_HOME: cache, PATH: path } });
  expect(ended.stderr).toContain('QUEUE_REDIS_MISSING');
  expect(ended.stderr).toContain('REDIS_URL');
  expect(ended.status).toBe(7);
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
