import { randomBytes } from 'node:crypto';
import { access, constants, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import type { Connection, ConnectOptions } from './connection/connection.ts';
import { HyperException } from './errors.ts';
import type { DatabaseName } from './names.ts';

/** What gives connections: a HyperProcess or a HyperEngine. */
export interface Connects {
  connect(options?: ConnectOptions): Promise<Connection>;
}

/** Options of `writeDatabaseAtomically`. */
export interface WriteDatabaseOptions {
  /** Version of the file format; 3 is needed for numeric of more than 18 digits. Default: the engine's, 2. */
  readonly databaseVersion?: number;
  /** Alias of the database in SQL. Default: `db`. */
  readonly alias?: string;
  readonly signal?: AbortSignal;
}

const STALE_AFTER_MS = 600_000;

/**
 * Builds a database file: `build` gets a connection to an empty one beside the target, which then takes the target's name in
 * one step. Whatever happens, the target is the old file or the new one, never half of one. Others who have the old file open
 * keep it.
 * @returns what `build` returned
 * @throws {HyperException} OUTPUT_NOT_WRITABLE, DISK_FULL, HYPER_CANCELLED, and whatever `build` throws
 */
export async function writeDatabaseAtomically<T>(
  engine: Connects,
  path: string,
  build: (connection: Connection, database: DatabaseName) => Promise<T>,
  options: WriteDatabaseOptions = {},
): Promise<T> {
  const target = await writableTarget(path);
  const temporary = `${temporaryPrefix(target)}${randomBytes(6).toString('hex')}`;
  const statement = options.signal === undefined ? {} : { signal: options.signal };
  const connection = await engine.connect(statement);
  let result: T;
  try {
    await removeStale(connection, target);
    await connection.createDatabase(temporary, {
      ...statement,
      ...(options.databaseVersion === undefined ? {} : { databaseVersion: options.databaseVersion }),
    });
    const database = await connection.attach(temporary, options.alias ?? 'db', statement);
    result = await build(connection, database);
    await connection.detach(database, statement);
    options.signal?.throwIfAborted();
  } catch (error) {
    await discard(connection, temporary);
    throw error;
  }
  try {
    await connection.close();
    await flush(temporary);
    await rename(temporary, target);
    await flush(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw notWritable(target, error);
  }
  return result;
}

async function writableTarget(path: string): Promise<string> {
  const asked = resolve(path);
  // Through a link the file it points to is replaced, not the link.
  const target = await realpath(asked).catch(() => asked);
  const found = await stat(target).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new HyperException('OUTPUT_NOT_WRITABLE', `${target} exists and is not a file`, {
      details: { path: target },
    });
  }
  await access(dirname(target), constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw notWritable(target, error);
  });
  return target;
}

// File names end at 255 bytes; a long one is not repeated in the temporary name.
function temporaryPrefix(target: string): string {
  const name = basename(target);
  return join(dirname(target), `${Buffer.byteLength(name) > 230 ? '.hyperferry' : name}.tmp-`);
}

// What a killed process left beside the target. The engine's own lock says whether another engine still builds it.
async function removeStale(connection: Connection, target: string): Promise<void> {
  const prefix = temporaryPrefix(target);
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const path = join(dirname(target), name);
    if (!path.startsWith(prefix) || !/^[0-9a-f]{12}$/.test(path.slice(prefix.length))) continue;
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < STALE_AFTER_MS) continue;
    await connection.dropDatabase(path).catch(() => undefined);
  }
}

async function discard(connection: Connection, temporary: string): Promise<void> {
  // Closing would write the file to disk first, which may be what has just failed: the file goes in any case.
  await connection.close().catch(() => undefined);
  await rm(temporary, { force: true }).catch(() => undefined);
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function notWritable(target: string, error: unknown): HyperException {
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
    return new HyperException('DISK_FULL', `no space left to write ${target}`, {
      details: { path: target },
      cause: error,
    });
  }
  return new HyperException('OUTPUT_NOT_WRITABLE', `cannot write ${target}: ${(error as Error).message}`, {
    details: { path: target },
    cause: error,
  });
}
