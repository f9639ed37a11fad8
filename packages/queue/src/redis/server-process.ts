import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { QueueError } from '../errors.ts';
import { ioredis } from '../libraries.ts';

export interface ServerProcessOptions {
  readonly program: string;
  /** Absolute folder of the append-only files. */
  readonly dir: string;
  readonly socketPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Starts redis-server on a Unix socket and waits until it has loaded its data. It dies with this process where setpriv exists. */
export async function spawnServer(options: ServerProcessOptions): Promise<ChildProcess> {
  const { program, dir, socketPath, env } = options;
  const logFile = join(dir, 'redis.log');
  const settings = {
    port: '0',
    unixsocket: socketPath,
    unixsocketperm: '700',
    dir,
    logfile: logFile,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    'set-proc-title': 'no',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const setpriv = process.platform === 'linux' ? onPath('setpriv', env) : undefined;
  const [command, args] = setpriv ? [setpriv, ['--pdeathsig', 'TERM', program, ...flags]] : [program, flags];
  const child = spawn(command, args, {
    stdio: 'ignore',
    // A terminal's Ctrl-C goes to the whole process group: the server must outlive the drain of its owner.
    detached: true,
    env: { PATH: env['PATH'], LD_LIBRARY_PATH: env['LD_LIBRARY_PATH'], HOME: env['HOME'], LC_ALL: 'C' },
  });
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `status ${code}`}`));
  });
  const deadline = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal ? [options.signal] : []),
  ]);
  const ready = waitForPong(socketPath, deadline);
  const failure = await Promise.race([failed, ready.then((pong) => (pong ? undefined : 'it did not answer in time'))]);
  if (failure === undefined) return child;
  child.kill('SIGKILL');
  throw new QueueError('QUEUE_REDIS_START_FAILED', `${program} did not start: ${failure}. ${await lastWords(logFile)}`);
}

/** True once the server on the socket answers PING; false when the signal fires first. */
export async function waitForPong(socketPath: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const redis = new ioredis.Redis({
      path: socketPath,
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: 1000,
    });
    redis.on('error', () => {});
    try {
      await redis.connect();
      if ((await redis.ping()) === 'PONG') return true;
    } catch {
      await sleep(10, undefined, { signal }).catch(() => {});
    } finally {
      redis.disconnect();
    }
  }
  return false;
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const dir of (env['PATH'] ?? '').split(delimiter)) {
    try {
      if (dir !== '') accessSync(join(dir, name), constants.X_OK);
      else continue;
      return join(dir, name);
    } catch {}
  }
  return undefined;
}

async function lastWords(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-3).join(' | ').slice(-600);
}
