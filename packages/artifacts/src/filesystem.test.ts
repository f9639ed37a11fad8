import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
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
