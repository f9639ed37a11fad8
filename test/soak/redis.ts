import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { findRedisServer } from '@hyperferry/queue';

import { spawnServer } from '../../packages/queue/src/redis/server-process.ts';

/** The soak's own Redis: it can be killed in the middle and started again on the same files. */
export interface SoakRedis {
  readonly url: string;
  /** Ends it like a power cut of the process: nothing is written any more. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on a Unix socket with its files in a folder. */
export async function startSoakRedis(folder: string, env: NodeJS.ProcessEnv): Promise<SoakRedis> {
  const dir = join(folder, 'redis');
  await mkdir(dir);
  const socketPath = join(folder, 'r.sock');
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = await spawnServer({ program: findRedisServer(env), dir, socketPath, env, timeoutMs: 60_000 });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await start();
  return { url: `unix://${socketPath}`, start, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
