import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { ArtifactError, toArtifactError } from './errors.ts';
import type { ArtifactStore } from './store.ts';

const idKey = 'store-id';
const idPattern = /^[0-9a-f-]{36}$/;
/** By then whoever wrote an id at the same time has written it. */
const settleMs = 500;

/**
 * The id that stands in a store: who reads the same one uses the same store, by whatever path. Undefined for a store that
 * no worker has used.
 * @throws {ArtifactError} ARTIFACT_CORRUPT, ARTIFACT_STORE_FAILED
 */
export async function readStoreId(store: ArtifactStore): Promise<string | undefined> {
  const content = await store.read(idKey);
  if (content === undefined) return undefined;
  let id: string;
  try {
    id = (await text(content)).trim();
  } catch (error) {
    throw toArtifactError(error, `read ${idKey}`);
  }
  if (idPattern.test(id)) return id;
  throw new ArtifactError('ARTIFACT_CORRUPT', `the file ${idKey} in the artifact store ${store.location} is not an id`);
}

/** The id of a store, which gets one now if it has none. */
export async function claimStoreId(store: ArtifactStore): Promise<string> {
  const known = await readStoreId(store);
  if (known !== undefined) return known;
  if (store.folder === undefined) {
    await store.put(idKey, Readable.from([Buffer.from(randomUUID())]));
    await sleep(settleMs);
  } else await writeOnce(store.folder, randomUUID());
  const id = await readStoreId(store);
  if (id === undefined) throw new ArtifactError('ARTIFACT_STORE_FAILED', `${store.location} loses what is written`);
  return id;
}

/** Writes the id unless there is one: of those who try at once one succeeds, and nobody reads half of it. */
async function writeOnce(folder: string, id: string): Promise<void> {
  const part = join(folder, `${idKey}.part-${process.pid}-${id.slice(0, 8)}`);
  try {
    await writeFile(part, id, { mode: 0o600 });
    await link(part, join(folder, idKey)).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      // A file system without hard links: the one who writes last has the say.
      await rename(part, join(folder, idKey));
      await sleep(settleMs);
    });
  } catch (error) {
    throw toArtifactError(error, `write ${idKey}`);
  } finally {
    await rm(part, { force: true });
  }
}
