import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { availableMemory } from './available-memory.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hf-proc-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const mb = 1024 * 1024;

/** The files of a kernel, as far as they are read. */
async function kernel(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries({ 'proc/meminfo': 'MemAvailable:  1048576 kB\n', ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

test.runIf(process.platform === 'linux')('this machine has memory', async () => {
  expect(await availableMemory()).toBeGreaterThan(mb);
});

test('without control groups the machine decides', async () => {
  await kernel({});
  expect(await availableMemory(root)).toBe(1024 * mb);
});

test('a container has what its limit leaves; pages of files that were read are to be had', async () => {
  await kernel({
    'proc/self/cgroup': '0::/\n',
    'sys/fs/cgroup/memory.max': `${400 * mb}\n`,
    'sys/fs/cgroup/memory.current': `${390 * mb}\n`,
    'sys/fs/cgroup/memory.stat': `anon 10\nfile ${200 * mb}\ninactive_file ${150 * mb}\nactive_file ${30 * mb}\n`,
  });
  expect(await availableMemory(root)).toBe(190 * mb);
});

test('of nested groups the narrowest decides', async () => {
  await kernel({
    'proc/self/cgroup': '0::/system.slice/hyperferry.service\n',
    'sys/fs/cgroup/system.slice/hyperferry.service/memory.max': 'max\n',
    'sys/fs/cgroup/system.slice/hyperferry.service/memory.current': `${5 * mb}\n`,
    'sys/fs/cgroup/system.slice/memory.max': `${100 * mb}\n`,
    'sys/fs/cgroup/system.slice/memory.current': `${40 * mb}\n`,
  });
  expect(await availableMemory(root)).toBe(60 * mb);
});

test('control groups of version 1 are read as well', async () => {
  await kernel({
    'proc/self/cgroup': '9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/\n',
    // Docker shows a container its own group as the root.
    'sys/fs/cgroup/memory/memory.limit_in_bytes': `${400 * mb}\n`,
    'sys/fs/cgroup/memory/memory.usage_in_bytes': `${399 * mb}\n`,
    'sys/fs/cgroup/memory/memory.stat': `active_file 7\ntotal_inactive_file ${300 * mb}\ntotal_active_file ${mb}\n`,
  });
  expect(await availableMemory(root)).toBe(302 * mb);
});

test('without a Linux kernel nothing is known', async () => {
  expect(await availableMemory(root)).toBeUndefined();
});
