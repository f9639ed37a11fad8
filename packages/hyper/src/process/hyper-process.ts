import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';

import { type Logger, silentLogger } from '@hyperferry/schema/logger';

import { Connection, type ConnectOptions } from '../connection/connection.ts';
import { findHyperd } from '../engine-path.ts';
import { ownEnvironment } from '../env.ts';
import { HyperException } from '../errors.ts';
import { engineArguments, type EngineSettings, LISTENER_PORT } from './engine-arguments.ts';
import { type EngineExit, exitText } from './engine-exit.ts';
import { CALLBACK_SOCKET, createPrivateDir, removeStalePrivateDirs } from './private-dir.ts';

/** Options of `HyperProcess.start`. */
export interface HyperProcessOptions extends EngineSettings {
  /** The engine binary. Default: `findHyperd(env)`. */
  readonly hyperdPath?: string;
  /** Environment to find the engine by. Default: that of this process. The engine itself never sees it. */
  readonly env?: NodeJS.ProcessEnv;
  /** How long the engine may take to call back. Default: 30,000. */
  readonly startTimeoutMs?: number;
  /** Ends the start, and the engine, when aborted before the start is over. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
}

const STDERR_KEPT = 4096;
const GRACE_MS = 30_000;

/**
 * A running Hyper engine of our own: reached only over a Unix socket in a private folder, and gone when this process is gone,
 * however it ends. Protocol of the callback: https://tableau.github.io/hyper-db/docs/
 */
export class HyperProcess {
  /** Settles when the engine has ended, for whatever reason; never rejects. */
  readonly exited: Promise<EngineExit>;
  readonly pid: number;
  /** Folder of the listener's socket, for clients of the PostgreSQL protocol. */
  readonly socketDir: string;
  readonly #child: ChildProcess;
  readonly #lifeline: Socket;
  readonly #logger: Logger;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(started: StartedEngine, logger: Logger) {
    this.exited = started.exited;
    this.pid = started.child.pid as number;
    this.socketDir = started.privateDir;
    this.#child = started.child;
    this.#lifeline = started.lifeline;
    this.#logger = logger;
    void this.#tidyAtExit();
  }

  /** @throws {HyperException} HYPER_OPTION_INVALID, HYPER_ENGINE_MISSING, HYPER_PLATFORM_UNSUPPORTED, HYPER_START_FAILED, HYPER_START_TIMEOUT, HYPER_CANCELLED */
  static async start(options: HyperProcessOptions = {}): Promise<HyperProcess> {
    const logger = options.logger ?? silentLogger;
    const startedAt = performance.now();
    const engine = new HyperProcess(await startEngine(options), logger);
    logger.debug({ pid: engine.pid, durationMs: Math.round(performance.now() - startedAt) }, 'Hyper engine started');
    return engine;
  }

  /** Opens a session, with a database attached if one is named. @throws {HyperException} HYPER_CONNECTION_CLOSED, HYPER_ENGINE_DIED, HYPER_DATABASE_MISSING, … */
  async connect(options: ConnectOptions = {}): Promise<Connection> {
    if (this.#isClosed)
      throw new HyperException('HYPER_CONNECTION_CLOSED', 'connect: the engine is closed', { context: 'connect' });
    return await Connection.open({ socketDir: this.socketDir, port: LISTENER_PORT, exited: this.exited }, options);
  }

  /** Ends the engine: running queries are cancelled, attached databases written. Killed when it takes longer than 30 s. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Ends the engine at once; what was not yet written is lost, files stay as they were. For one that hangs. */
  async kill(): Promise<void> {
    this.#closing ??= this.exited.then(() => undefined);
    this.#child.kill('SIGKILL');
    await this.#closing;
  }

  async #tidyAtExit(): Promise<void> {
    const exit = await this.exited;
    if (this.#closing === undefined) this.#logger.warn({ pid: this.pid, ...exit }, 'the Hyper engine ended unasked');
    this.#lifeline.destroy();
    await rm(this.socketDir, { recursive: true, force: true }).catch(() => undefined);
  }

  async #close(): Promise<void> {
    this.#lifeline.end();
    const kill = setTimeout(() => {
      this.#logger.warn({ pid: this.pid }, 'the Hyper engine did not end in time and is killed');
      this.#child.kill('SIGKILL');
    }, GRACE_MS);
    await this.exited;
    clearTimeout(kill);
    await rm(this.socketDir, { recursive: true, force: true });
    await removeStalePrivateDirs(this.socketDir);
  }
}

interface StartedEngine {
  readonly child: ChildProcess;
  readonly lifeline: Socket;
  readonly privateDir: string;
  readonly exited: Promise<EngineExit>;
}

async function startEngine(options: HyperProcessOptions): Promise<StartedEngine> {
  refuseAborted(options.signal);
  const hyperdPath = options.hyperdPath ?? findHyperd(options.env ?? ownEnvironment());
  const privateDir = await createPrivateDir();
  void removeStalePrivateDirs(privateDir);
  let server: Server | undefined;
  let child: ChildProcess | undefined;
  let exited: Promise<EngineExit> | undefined;
  try {
    const settings = await withFolders(options);
    const args = engineArguments(privateDir, CALLBACK_SOCKET, settings);
    server = await listen(join(privateDir, CALLBACK_SOCKET));
    const lifeline = firstConnection(server);
    child = spawn(hyperdPath, args, {
      cwd: privateDir,
      // Nothing of the environment gets in: the engine would take cloud credentials and proxies from it.
      env: { HOME: privateDir, TMPDIR: settings.tempDir ?? '/tmp', TZ: 'UTC', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe'],
      // In a process group of its own, or Ctrl-C at the terminal would stop it in the middle of our own clean-up.
      detached: true,
    });
    exited = watchExit(child);
    const socket = await raceStart(lifeline, exited, options, hyperdPath);
    const running = { child, lifeline: socket, privateDir, exited };
    const listening = server;
    void exited.then(() => listening.close());
    // The server only keeps the callback's name alive; it must not keep our process alive.
    server.unref();
    return running;
  } catch (error) {
    child?.kill('SIGKILL');
    server?.close();
    await exited;
    await rm(privateDir, { recursive: true, force: true });
    throw error;
  }
}

async function withFolders(options: HyperProcessOptions): Promise<HyperProcessOptions> {
  const { tempDir, logDir } = options;
  for (const dir of [tempDir, logDir]) {
    if (dir === undefined) continue;
    try {
      await makeFolder(resolve(dir));
    } catch (error) {
      throw new HyperException('HYPER_START_FAILED', `cannot create the folder ${dir} for the engine`, {
        cause: error,
      });
    }
  }
  return {
    ...options,
    ...(tempDir === undefined ? {} : { tempDir: resolve(tempDir) }),
    ...(logDir === undefined ? {} : { logDir: resolve(logDir) }),
  };
}

// Node's own `recursive` never returns where a folder can't hold others, as /proc.
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((await stat(dir).catch(() => undefined))?.isDirectory() === true) return;
    if (code !== 'ENOENT' || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await mkdir(dir);
  }
}

async function listen(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  }).catch((error: unknown) => {
    throw new HyperException('HYPER_START_FAILED', `cannot listen on the socket ${path}`, { cause: error });
  });
  return server;
}

// The engine calls once and keeps the line open for as long as both live. The address that it sends is not needed: it is
// ours. Later callers are only other processes asking whether we are alive.
async function firstConnection(server: Server): Promise<Socket> {
  return await new Promise((resolveSocket) => {
    server.on('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => resolveSocket(socket));
      socket.resume();
    });
  });
}

async function watchExit(child: ChildProcess): Promise<EngineExit> {
  let stderr = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-STDERR_KEPT);
  });
  return await new Promise((resolveExit) => {
    child.once('error', (error) => resolveExit({ exitCode: null, signal: null, stderr: error.message }));
    child.once('close', (exitCode, signal) => resolveExit({ exitCode, signal, stderr: stderr.trim() }));
  });
}

async function raceStart(
  lifeline: Promise<Socket>,
  exited: Promise<EngineExit>,
  options: HyperProcessOptions,
  hyperdPath: string,
): Promise<Socket> {
  const timeoutMs = options.startTimeoutMs ?? 30_000;
  return await new Promise<Socket>((resolveStart, reject) => {
    const abort = () => settle(() => reject(cancelled(options.signal)));
    const timer = setTimeout(() => {
      const what = `the engine ${hyperdPath} did not call back within ${timeoutMs} ms`;
      settle(() => reject(new HyperException('HYPER_START_TIMEOUT', what)));
    }, timeoutMs);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      act();
    };
    options.signal?.addEventListener('abort', abort, { once: true });
    void lifeline.then((socket) => settle(() => resolveStart(socket)));
    void exited.then((exit) =>
      settle(() => {
        const what = `the engine ${hyperdPath} ended at its start with ${exitText(exit)}`;
        reject(
          new HyperException('HYPER_START_FAILED', what, { details: { exitCode: exit.exitCode, signal: exit.signal } }),
        );
      }),
    );
  });
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal);
}

function cancelled(signal: AbortSignal | undefined): HyperException {
  return new HyperException('HYPER_CANCELLED', 'the start of the engine was cancelled', { cause: signal?.reason });
}
