import { mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { expect, it } from 'vitest';

import { openFilesystemStore } from './filesystem.ts';
import { describeStore } from './testing.ts';

describeStore('filesystem store', (directory) => openFilesystemStore({ directory }));

it('keeps artifacts from other users of the machine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hf-store-'));
  try {
    const store = await openFilesystemStore({ directory: join(directory, 'store') });
    await store.put('runs/a/x', Readable.from([Buffer.from('1')]));
    expect((await stat(join(directory, 'store'))).mode & 0o077).toBe(0);
    expect((await stat(join(directory, 'store/runs/a/x'))).mode & 0o077).toBe(0);
    expect(await readdir(join(directory, 'store/runs/a'))).toEqual(['x']);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it('removes what killed writers left of some artifacts, and nothing else', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hf-store-'));
  try {
    const store = await openFilesystemStore({ directory });
    for (const folder of ['parse', 'source']) await mkdir(join(directory, 'runs/a', folder), { recursive: true });
    for (const file of ['parse/x', 'parse/x.part-123-abc', 'source/y.part-123-abc', 'parse/z.part-y']) {
      await writeFile(join(directory, 'runs/a', file), '1');
    }
    await store.removeParts('runs/a', ['parse/', 'report.json'], 60_000);
    expect(await readdir(join(directory, 'runs/a/parse'))).toHaveLength(3);
    await store.removeParts('runs/a', ['parse/', 'report.json'], 0);
    expect((await readdir(join(directory, 'runs/a/parse'))).sort()).toEqual(['x', 'z.part-y']);
    expect(await readdir(join(directory, 'runs/a/source'))).toEqual(['y.part-123-abc']);
    await store.removeParts('runs/none', ['parse/'], 0);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it.skipIf(process.platform !== 'linux')('tells of a disk that cannot be read, and the process lives on', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hf-store-'));
  try {
    const store = await openFilesystemStore({ directory });
    // The first byte of a process's memory can't be read: the kernel says EIO, as it does for a bad disk.
    await symlink('/proc/self/mem', join(directory, 'broken.json'));
    const ref = { key: 'broken.json', sizeBytes: 100, sha256: '0'.repeat(64) };
    const failed = { code: 'ARTIFACT_STORE_FAILED', retryable: true };
    await expect(store.fetchJson(ref)).rejects.toMatchObject(failed);
    await expect(store.fetch(ref, join(directory, 'copy'))).rejects.toMatchObject(failed);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it.skipIf(process.platform !== 'linux')('leaves no file open when reading ends early', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hf-store-'));
  try {
    const store = await openFilesystemStore({ directory });
    await store.put('runs/a/long', Readable.from([Buffer.alloc(5_000_000)]));
    const openFiles = async (): Promise<number> => {
      const names = await readdir('/proc/self/fd');
      const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      return paths.filter((path) => path.startsWith(directory)).length;
    };
    const content = await store.read('runs/a/long');
    for await (const _chunk of content ?? []) break;
    await expect.poll(openFiles).toBe(0);
  } finally {
    await rm(directory, { recursive: true });
  }
});
