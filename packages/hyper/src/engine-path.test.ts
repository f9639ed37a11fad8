import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { engineCacheDir, findHyperd, HYPERD_PACKAGE_VERSION, hyperdPlatform } from './engine-path.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-test-path-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function executable(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
  await chmod(path, 0o755);
  return path;
}

it('HYPERD_PATH comes first, as the binary or as its folder', async () => {
  const path = await executable(join(dir, 'given', 'hyperd'));
  expect(findHyperd({ HYPERD_PATH: path })).toBe(path);
  expect(findHyperd({ HYPERD_PATH: dirname(path) })).toBe(path);
});

it('a HYPERD_PATH without an engine is an error, not a reason to look elsewhere', () => {
  expect(() => findHyperd({ HYPERD_PATH: join(dir, 'nothing') })).toThrow(
    expect.objectContaining({ code: 'HYPER_ENGINE_MISSING' }),
  );
});

it('platforms without an engine are refused', () => {
  expect(hyperdPlatform('darwin', 'arm64')).toBe('darwin-arm64');
  for (const [platform, arch] of [
    ['win32', 'x64'],
    ['darwin', 'x64'],
    ['linux', 'arm64'],
    ['freebsd', 'x64'],
  ] as const) {
    expect(() => hyperdPlatform(platform, arch)).toThrow(
      expect.objectContaining({ code: 'HYPER_PLATFORM_UNSUPPORTED' }),
    );
  }
});

it('without it the engine is in the cache, whose place a relative XDG_CACHE_HOME does not change', async () => {
  const cache = engineCacheDir({ XDG_CACHE_HOME: dir });
  const name = cache.slice(join(dir, 'hyperferry', 'engine').length + 1);
  expect(name).toMatch(new RegExp(`^hyperdb-mcp-.*@${HYPERD_PACKAGE_VERSION}$`));
  expect(() => findHyperd({ XDG_CACHE_HOME: dir })).toThrow(expect.objectContaining({ code: 'HYPER_ENGINE_MISSING' }));
  const path = await executable(join(cache, 'node_modules', name.split('@')[0] ?? '', 'hyperd'));
  expect(findHyperd({ XDG_CACHE_HOME: dir })).toBe(path);
  expect(engineCacheDir({ HOME: dir, XDG_CACHE_HOME: 'relative' })).toBe(
    join(dir, '.cache', 'hyperferry', 'engine', name),
  );
});
