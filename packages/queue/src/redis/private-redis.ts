import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Logger, silentLogger } from '@hyperferry/schema';
import { isAlive } from '@hyperferry/schema/process-alive';
import { z } from 'zod';

import { QueueError } from '../errors.ts';
import { ioredis } from '../libraries.ts';
import { type QueueConnection, socketConnection } from './connection.ts';
import { findRedisServer } from './redis-path.ts';
import { spawnServer } from './server-process.ts';
import { withStartLock } from './start-lock.ts';

const pointerSchema = z.object({
  pid: z.int().positive(),
  /** The process that started the server and stops it. */
  ownerPid: z.int().positive(),
  socketPath: z.string().min(1),
});
type Pointer = z.infer<typeof pointerSchema>;
const socketDirPrefix = 'hf-redis-';
const stopMs = 10_000;
const orphanEndsMs = 5000;

export interface StartPrivateRedisOptions {
  /** The folder of the queue's data; the server's files go to `<dataDir>/redis`. */
  readonly dataDir: string;
  readonly logger?: Logger;
  /** Where to look for the server program, and what it is started with. */
  readonly env: NodeJS.ProcessEnv;
  /** How long the server may take to load its data, in ms. Default: 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A running private server: the one that this process started and owns, or an adopted one. */
export interface PrivateRedis extends AsyncDisposable {
  readonly socketPath: string;
  readonly connection: QueueConnection;
  readonly owned: boolean;
  /** Process id of the server; 0 for an adopted one. */
  pid(): number;
  /** Stops the server if this process owns it; data stay in the data folder. */
  close(): Promise<void>;
}

/**
 * Starts a private redis-server for a data folder, or adopts the one that runs for it already. No TCP port is opened.
 * @throws {QueueError} QUEUE_REDIS_MISSING, QUEUE_REDIS_START_FAILED, DATA_FOLDER_NOT_WRITABLE
 */
export async function startPrivateRedis(options: StartPrivateRedisOptions): Promise<PrivateRedis> {
  const dir = await makeDataDir(options.dataDir);
  return withStartLock(join(dir, 'start.lock'), options.signal, async () => {
    const running = await findRunning(dir);
    if (running === undefined) return startOwned(dir, options);
    if (isAlive(running.ownerPid)) return adopted(running);
    // Its owner was killed: as a rule the server is ending as well, at the latest when it has written its files.
    if (await untilDead(running.pid, orphanEndsMs)) return startOwned(dir, options);
    return takenOver(dir, running);
  });
}

/**
 * The way to the private server that another process started for this data folder.
 * @throws {QueueError} QUEUE_NOT_RUNNING
 */
export async function joinPrivateRedis({ dataDir }: { readonly dataDir: string }): Promise<QueueConnection> {
  const dir = join(dataDir, 'redis');
  const running = await findRunning(dir);
  if (running === undefined) {
    throw new QueueError('QUEUE_NOT_RUNNING', `no worker with a private Redis runs for the data folder ${dataDir}`);
  }
  return socketConnection(running.socketPath);
}

/** A server whose owner lives: used, but not stopped. */
function adopted({ socketPath }: Pointer): PrivateRedis {
  const close = async (): Promise<void> => {};
  return {
    socketPath,
    connection: socketConnection(socketPath),
    owned: false,
    pid: () => 0,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A server whose owner was killed and that lived on, where the OS doesn't end it: this process is its owner now. */
async function takenOver(dir: string, { pid, socketPath }: Pointer): Promise<PrivateRedis> {
  await writePointer(dir, { pid, ownerPid: process.pid, socketPath });
  const close = async (): Promise<void> => {
    if (isAlive(pid)) process.kill(pid, 'SIGTERM');
    if (!(await untilDead(pid, stopMs)) && isAlive(pid)) process.kill(pid, 'SIGKILL');
    await removeTraces(dir, socketPath);
  };
  return {
    socketPath,
    connection: socketConnection(socketPath),
    owned: true,
    pid: () => pid,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startOwned(dir: string, options: StartPrivateRedisOptions): Promise<PrivateRedis> {
  const { logger = silentLogger, env, timeoutMs = 60_000, signal } = options;
  const program = findRedisServer(env);
  await removeStaleSocketDir(dir);
  const socketDir = await makeSocketDir();
  const socketPath = join(socketDir, 'redis.sock');
  const spawnOptions = { program, dir, socketPath, env, timeoutMs, signal };
  let child: ChildProcess;
  try {
    child = await spawnServer(spawnOptions);
  } catch (error) {
    await rm(socketDir, { recursive: true, force: true });
    throw error;
  }
  await writePointer(dir, { pid: child.pid ?? 0, ownerPid: process.pid, socketPath });
  let closing = false;
  let restarts = 0;
  const supervise = (): void => {
    child.once('exit', (code, deathSignal) => {
      if (closing) return;
      restarts += 1;
      logger.error({ code, signal: deathSignal, restarts }, 'private Redis ended; starting it again');
      void restart();
    });
  };
  const restart = async (): Promise<void> => {
    await sleep(Math.min(100 * restarts, 5000));
    if (closing) return;
    try {
      child = await spawnServer({ ...spawnOptions, signal: undefined });
      if (closing) child.kill('SIGTERM');
      await writePointer(dir, { pid: child.pid ?? 0, ownerPid: process.pid, socketPath });
      supervise();
    } catch (error) {
      restarts += 1;
      logger.error({ err: error, restarts }, 'private Redis could not be started again');
      if (!closing) void restart();
    }
  };
  supervise();
  logger.info({ socketPath, dir, pid: child.pid }, 'private Redis started');
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await stop(child);
    await removeTraces(dir, socketPath);
  };
  return {
    socketPath,
    connection: socketConnection(socketPath),
    owned: true,
    pid: () => child.pid ?? 0,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}

/** The socket of a live server whose data are in this folder. */
async function findRunning(dir: string): Promise<Pointer | undefined> {
  const pointer = await readPointer(dir);
  if (pointer === undefined) return undefined;
  const redis = new ioredis.Redis({
    path: pointer.socketPath,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1500,
    commandTimeout: 1500,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    const [, serverDir] = await redis.config('GET', 'dir');
    return serverDir === (await realpath(dir)) ? pointer : undefined;
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}

async function readPointer(dir: string): Promise<Pointer | undefined> {
  try {
    return pointerSchema.parse(JSON.parse(await readFile(join(dir, 'server.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

async function writePointer(dir: string, pointer: Pointer): Promise<void> {
  const temporary = join(dir, `server.json.${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(pointer)}\n`, { mode: 0o600 });
  await rename(temporary, join(dir, 'server.json'));
}

async function makeDataDir(dataDir: string): Promise<string> {
  const dir = join(dataDir, 'redis');
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeFile(join(dir, `.probe.${process.pid}`), '');
    await rm(join(dir, `.probe.${process.pid}`), { force: true });
    return await realpath(dir);
  } catch (cause) {
    throw new QueueError('DATA_FOLDER_NOT_WRITABLE', `cannot write the data folder ${dataDir}`, { cause });
  }
}

/** A socket's path has less than 104 bytes; a long TMPDIR is therefore passed over. */
async function makeSocketDir(): Promise<string> {
  const base = Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp';
  return mkdtemp(join(base, socketDirPrefix));
}

async function removeTraces(dir: string, socketPath: string): Promise<void> {
  await rm(join(dir, 'server.json'), { force: true });
  await rm(dirname(socketPath), { recursive: true, force: true });
}

async function untilDead(pid: number, timeoutMs: number): Promise<boolean> {
  for (const startMs = performance.now(); performance.now() - startMs < timeoutMs; await sleep(20)) {
    if (!isAlive(pid)) return true;
  }
  return false;
}

async function removeStaleSocketDir(dir: string): Promise<void> {
  const pointer = await readPointer(dir);
  if (pointer === undefined) return;
  const socketDir = dirname(pointer.socketPath);
  if (basename(socketDir).startsWith(socketDirPrefix)) await rm(socketDir, { recursive: true, force: true });
}
