import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { withInstallLock } from './install-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('two set-ups install one after the other, and the second says that it waits', async () => {
  const events: string[] = [];
  const install = (name: string) => async (): Promise<void> => {
    events.push(`${name} starts`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    events.push(`${name} ends`);
  };
  const waits: string[] = [];
  await Promise.all([
    withInstallLock(folder, () => waits.push('a'), install('a')),
    withInstallLock(folder, () => waits.push('b'), install('b')),
  ]);
  const [first, second] = waits[0] === 'b' ? ['a', 'b'] : ['b', 'a'];
  expect(events).toEqual([`${first} starts`, `${first} ends`, `${second} starts`, `${second} ends`]);
  expect(waits).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a killed set-up is taken over', async () => {
  const lock = join(folder, '.set-up.lock');
  await mkdir(lock);
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await utimes(lock, aMinuteAgo, aMinuteAgo);
  expect(
    await withInstallLock(
      folder,
      () => {},
      async () => 'installed',
    ),
  ).toBe('installed');
});

test('a failed installation gives the lock back', async () => {
  const failing = withInstallLock(
    folder,
    () => {},
    () => Promise.reject(new Error('no network')),
  );
  await expect(failing).rejects.toThrow('no network');
  expect(await readdir(folder)).toEqual([]);
});

test('a cache that is no folder has the code SETUP_CACHE_NOT_WRITABLE', async () => {
  await writeFile(join(folder, 'file'), '');
  const locking = withInstallLock(
    join(folder, 'file'),
    () => {},
    async () => undefined,
  );
  await expect(locking).rejects.toMatchObject({ code: 'SETUP_CACHE_NOT_WRITABLE' });
});
