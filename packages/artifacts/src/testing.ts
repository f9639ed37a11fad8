import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ArtifactStore } from './store.ts';
import { claimStoreId, readStoreId } from './store-id.ts';

/** What every artifact store does: call it in the test of each implementation. */
export function describeStore(name: string, open: (directory: string) => Promise<ArtifactStore>): void {
  describe(name, () => {
    let directory: string;
    let store: ArtifactStore;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'hf-store-'));
      store = await open(join(directory, 'store'));
    });

    afterEach(() => rm(directory, { recursive: true, force: true }));

    it('gives back the bytes that were put', async () => {
      const content = randomBytes(3_000_000);
      const ref = await store.put(
        'runs/a/source/source.csv',
        Readable.from([content.subarray(0, 1000), content.subarray(1000)]),
      );
      await store.fetch(ref, join(directory, 'out'));
      expect(ref.sizeBytes).toBe(content.byteLength);
      expect(content.equals(await readFile(join(directory, 'out')))).toBe(true);
    });

    it('puts a file and JSON', async () => {
      await writeFile(join(directory, 'in'), 'a,b\n');
      const file = await store.putFile('runs/a/x', join(directory, 'in'));
      const json = await store.putJson('runs/a/profile.json', { columns: ['ä'] });
      expect(file.sha256).toBe(createHash('sha256').update('a,b\n').digest('hex'));
      expect(file.sizeBytes).toBe(4);
      expect(await store.fetchJson(json)).toEqual({ columns: ['ä'] });
    });

    it('opens a local file with the checked bytes', async () => {
      const ref = await store.put('runs/a/x', Readable.from([Buffer.from('one')]));
      const path = await store.openFile(ref, join(directory, 'copy'));
      expect(await readFile(path, 'utf8')).toBe('one');
      const wrong = { ...ref, sizeBytes: 4 };
      await expect(store.openFile(wrong, join(directory, 'copy2'))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    });

    it('refuses content that is not what the reference says', async () => {
      const ref = await store.put('runs/a/x', Readable.from([Buffer.from('one')]));
      const wrong = { ...ref, sha256: '0'.repeat(64) };
      await expect(store.fetch(wrong, join(directory, 'out'))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
      await expect(store.fetchJson(wrong)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    });

    it('says that an artifact is missing', async () => {
      const ref = { key: 'runs/none/x', sizeBytes: 1, sha256: '0'.repeat(64) };
      await expect(store.fetch(ref, join(directory, 'out'))).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
      expect(await store.read('runs/none/x')).toBeUndefined();
    });

    it.each(['../secret', '/etc/passwd', 'runs/../../x', 'runs//x', '', 'runs/a b', 'runs/.'])(
      'refuses the key %j',
      async (key) => {
        await expect(store.put(key, Readable.from([Buffer.from('x')]))).rejects.toMatchObject({
          code: 'ARTIFACT_KEY_INVALID',
        });
      },
    );

    it('leaves nothing behind when the source breaks', async () => {
      const broken = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw new Error('the source broke');
        })(),
      );
      await expect(store.put('runs/b/x', broken)).rejects.toThrow('the source broke');
      expect(await store.read('runs/b/x')).toBeUndefined();
    });

    it('stops when it is told to', async () => {
      const controller = new AbortController();
      const endless = Readable.from(
        (async function* () {
          for (;;) {
            yield Buffer.alloc(65_536);
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        })(),
      );
      const put = store.put('runs/c/x', endless, { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      await expect(put).rejects.toThrow();
      expect(await store.read('runs/c/x')).toBeUndefined();
    });

    it('lists what is there, with when it was written to', async () => {
      for (const key of ['runs/a/x', 'runs/a/y/1', 'runs/ab/x', 'other']) {
        await store.put(key, Readable.from([Buffer.from('1')]));
      }
      const folders = await toList(store.listFolders('runs'));
      expect(folders.sort()).toEqual(['a', 'ab']);
      const files = await toList(store.listFiles('runs/a'));
      expect(files.map(({ key }) => key).sort()).toEqual(['runs/a/x', 'runs/a/y/1']);
      for (const { touchedAtMs } of files) expect(Math.abs(Date.now() - touchedAtMs)).toBeLessThan(60_000);
      expect(await toList(store.listFolders('none'))).toEqual([]);
      expect(await toList(store.listFiles('runs/none'))).toEqual([]);
    });

    it('deletes one file, and says what exists', async () => {
      await store.put('runs/a/x', Readable.from([Buffer.from('1')]));
      await store.put('runs/a/xy', Readable.from([Buffer.from('1')]));
      expect(await store.exists('runs/a/x')).toBe(true);
      expect(await store.exists('runs/a')).toBe(false);
      await store.delete('runs/a/x');
      await store.delete('runs/a/x');
      expect(await store.exists('runs/a/x')).toBe(false);
      expect(await store.exists('runs/a/xy')).toBe(true);
    });

    it('has one id, which all who open it find', async () => {
      expect(await readStoreId(store)).toBeUndefined();
      const ids = await Promise.all([claimStoreId(store), claimStoreId(store)]);
      expect(new Set(ids).size).toBe(1);
      expect(await claimStoreId(await open(join(directory, 'store')))).toBe(ids[0]);
      expect(await readStoreId(store)).toBe(ids[0]);
      expect(await claimStoreId(await open(join(directory, 'two', 'store')))).not.toBe(ids[0]);
    });

    it('deletes everything below a prefix, and no more', async () => {
      await store.put('runs/a/x/1', Readable.from([Buffer.from('1')]));
      await store.put('runs/ab/x', Readable.from([Buffer.from('2')]));
      await store.deletePrefix('runs/a');
      await store.deletePrefix('runs/never');
      expect(await store.read('runs/a/x/1')).toBeUndefined();
      expect(await store.read('runs/ab/x')).toBeDefined();
    });
  });
}

/** Array.fromAsync is not in Node 20. */
async function toList<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
