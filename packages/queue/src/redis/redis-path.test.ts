import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { cachedRedisServer, findRedisServer } from './redis-path.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hf-redis-path-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function program(path: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

test('valkey-server wins over redis-server on PATH', () => {
  program(join(dir, 'a', 'redis-server'));
  const valkey = program(join(dir, 'b', 'valkey-server'));
  expect(findRedisServer({ PATH: `${dir}/a:${dir}/b` })).toBe(valkey);
});

test('a folder or a dangling link named redis-server is no program', () => {
  mkdirSync(join(dir, 'a', 'redis-server'), { recursive: true });
  mkdirSync(join(dir, 'b'));
  symlinkSync('/nowhere', join(dir, 'b', 'redis-server'));
  const good = program(join(dir, 'c', 'redis-server'));
  expect(findRedisServer({ PATH: `${dir}/a:${dir}/b::${dir}/c` })).toBe(good);
});

test('without one on PATH the cache is used', () => {
  const env = { PATH: dir, XDG_CACHE_HOME: join(dir, 'cache') };
  program(cachedRedisServer(env));
  expect(findRedisServer(env)).toBe(cachedRedisServer(env));
});

test('without any the error has the code QUEUE_REDIS_MISSING', () => {
  expect(() => findRedisServer({ PATH: dir, HOME: dir })).toThrow(
    expect.objectContaining({ code: 'QUEUE_REDIS_MISSING' }),
  );
});
