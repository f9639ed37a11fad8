import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
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
