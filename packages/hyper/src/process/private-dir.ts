import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isAlive } from '@hyperferry/schema/process-alive';

import { HyperException } from '../errors.ts';

const PREFIX = 'hf-engine-';
// sun_path holds 104 bytes on macOS, 108 on Linux, with its ending NUL; the engine dies on longer ones.
const MAX_SOCKET_PATH_BYTES = 103;
const LONGEST_SOCKET_NAME = '/.s.PGSQL.7483';
/** Between making its folder and listening in it, a process may take this long: more when it is alive, but busy. */
const STALE_AFTER_MS = { alive: 60_000, dead: 2000 } as const;
const LONGEST_PID = 10;

/** Name of the socket in a private folder on which our process waits for the engine's call, and by which the engine lives. */
export const CALLBACK_SOCKET = 'callback';

/**
 * A new folder of mode 0700 with a path short enough for Unix sockets: in the temporary folder, or in /tmp where that one's path is too long.
 * @throws {HyperException} HYPER_START_FAILED
 */
export async function createPrivateDir(): Promise<string> {
  const room = MAX_SOCKET_PATH_BYTES - LONGEST_SOCKET_NAME.length - PREFIX.length - LONGEST_PID - 8;
  const parent = Buffer.byteLength(tmpdir()) <= room ? tmpdir() : '/tmp';
  try {
    return await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  } catch (error) {
    throw new HyperException('HYPER_START_FAILED', `cannot create a folder for the engine in ${parent}`, {
      details: { parent },
      cause: error,
    });
  }
}

/**
 * Removes what processes that were killed left behind beside a private folder: others on whose callback socket nobody
 * listens. Never throws: whatever is in doubt stays.
 */
export async function removeStalePrivateDirs(dir: string): Promise<void> {
  const parent = join(dir, '..');
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.uid !== process.getuid?.()) continue;
    const pid = Number(/^(\d+)-/.exec(name.slice(PREFIX.length))?.[1]);
    const youngMs = Number.isInteger(pid) && !isAlive(pid) ? STALE_AFTER_MS.dead : STALE_AFTER_MS.alive;
    if (Date.now() - found.mtimeMs < youngMs) continue;
    if (await isListening(join(path, CALLBACK_SOCKET))) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isListening(socketPath: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}
