import { rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { copyFile, rename } from 'node:fs/promises';

import type { ConnectionRecord, DatasourceRecord, DatasourceType, RevisionRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';

const KEPT_REVISIONS = 25;

/** New content that was checked and is ready to be kept. */
export interface NewContent {
  readonly path: string;
  readonly holds: 'hyper' | 'tds';
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly publisherId: string;
}

/** Keeps new content as the next revision and moves `updatedAt`; the file is taken over. */
export async function addRevision(world: World, datasource: DatasourceRecord, content: NewContent): Promise<void> {
  const number = (datasource.revisions.at(-1)?.number ?? 0) + 1;
  const dir = await world.files.datasourceDir(datasource.id);
  const path = join(dir, `${number}.${content.holds}`);
  await moveFile(content.path, path);
  const now = world.clock.now();
  const revision: RevisionRecord = {
    number,
    path,
    publishedAt: now,
    publisherId: content.publisherId,
    holds: content.holds,
    sizeBytes: content.sizeBytes,
    sha256: content.sha256,
  };
  datasource.revisions.push(revision);
  touch(world, datasource);
  while (datasource.revisions.length > KEPT_REVISIONS) {
    const oldest = datasource.revisions.shift();
    if (oldest !== undefined) await rm(oldest.path, { force: true });
  }
}

/** Moves `updatedAt` by at least one whole second, so that a change can be seen at the API's resolution. */
export function touch(world: World, datasource: DatasourceRecord): void {
  const nextSecond = (Math.floor(datasource.updatedAt / 1000) + 1) * 1000;
  datasource.updatedAt = Math.max(world.clock.now(), nextSecond);
}

export async function deleteDatasourceFiles(world: World, datasource: DatasourceRecord): Promise<void> {
  world.permissions.delete(`datasource/${datasource.id}`);
  await world.files.removeDatasource(datasource.id);
}

/** The one connection of an extract. */
export function newConnection(type: DatasourceType): ConnectionRecord {
  return {
    id: randomUUID(),
    type: type === 'tds' ? 'textscan' : 'hyper',
    serverAddress: '',
    serverPort: '',
    userName: '',
    embedPassword: false,
  };
}

/** A name as it is in URLs: letters, digits, `_` and `-`; made unique on the site. */
export function newContentUrl(world: World, siteId: string, name: string): string {
  const base = name.normalize('NFKD').replaceAll(/[^A-Za-z0-9_-]/g, '') || 'datasource';
  const taken = new Set(
    [...world.datasources.values()].filter((item) => item.siteId === siteId).map((item) => item.contentUrl),
  );
  if (!taken.has(base)) return base;
  let suffix = 1;
  while (taken.has(`${base}_${suffix}`)) suffix += 1;
  return `${base}_${suffix}`;
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch {
    // Another file system.
    await copyFile(from, to);
    await rm(from, { force: true });
  }
}
