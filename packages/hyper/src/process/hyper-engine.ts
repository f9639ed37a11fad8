import { setTimeout as delay } from 'node:timers/promises';

import { type Logger, silentLogger } from '@hyperferry/schema/logger';

import type { Connection, ConnectOptions } from '../connection/connection.ts';
import { HyperException } from '../errors.ts';
import { HyperProcess, type HyperProcessOptions } from './hyper-process.ts';

/** Options of `HyperEngine.start`. */
export interface HyperEngineOptions extends HyperProcessOptions {
  /** Time between two questions whether the engine still answers. Default: 5,000. */
  readonly pingIntervalMs?: number;
  /** An engine that hasn't answered for this long is killed, and a new one started. Default: 30,000. */
  readonly pingDeadlineMs?: number;
}

const TICKS_PER_DEADLINE = 10;

/**
 * An engine for programs that run for long: when it dies, or hangs and is killed for it, the next `connect` starts a new one.
 * What was running in the old one fails with HYPER_ENGINE_DIED, which is worth another attempt.
 */
export class HyperEngine {
  readonly #options: HyperEngineOptions;
  readonly #logger: Logger;
  readonly #closed = new AbortController();
  #running: Promise<HyperProcess> | undefined;
  #startCount = 0;

  private constructor(options: HyperEngineOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /** @throws {HyperException} as `HyperProcess.start` */
  static async start(options: HyperEngineOptions = {}): Promise<HyperEngine> {
    const engine = new HyperEngine(options);
    await engine.#process();
    return engine;
  }

  /** Opens a session, in a new engine if the old one has ended. @throws {HyperException} as `HyperProcess.start` and `connect` */
  async connect(options: ConnectOptions = {}): Promise<Connection> {
    const process = await this.#process();
    try {
      return await process.connect(options);
    } catch (error) {
      // It may have died in this moment, which the next one need not: one more attempt. One that lives is not at fault: our own
      // process may have no file descriptor left. Whether it hangs is looked at elsewhere.
      if (!(error instanceof HyperException) || error.code !== 'HYPER_ENGINE_DIED') throw error;
      if (!(await hasEnded(process))) throw error;
      return await (await this.#process()).connect(options);
    }
  }

  /** Process id of the engine that runs now. */
  async pid(): Promise<number> {
    return (await this.#process()).pid;
  }

  /** How often an engine was started again. */
  get restartCount(): number {
    return Math.max(0, this.#startCount - 1);
  }

  /** Ends the engine: running queries are cancelled, attached databases written. */
  async close(): Promise<void> {
    this.#closed.abort();
    const running = await this.#running?.catch(() => undefined);
    await running?.close();
  }

  /** Ends the engine at once; what was not yet written is lost, files stay as they were. For one that hangs. */
  async kill(): Promise<void> {
    this.#closed.abort();
    const running = await this.#running?.catch(() => undefined);
    await running?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #process(): Promise<HyperProcess> {
    if (this.#closed.signal.aborted) throw new HyperException('HYPER_CONNECTION_CLOSED', 'the engine is closed');
    // Kept as a promise, so that callers at the same time share one start.
    this.#running ??= this.#start();
    return await this.#running;
  }

  async #start(): Promise<HyperProcess> {
    try {
      const process = await HyperProcess.start(this.#options);
      this.#startCount += 1;
      void this.#watch(process);
      return process;
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  async #watch(process: HyperProcess): Promise<void> {
    const over = new AbortController();
    void this.#pingUntil(process, AbortSignal.any([over.signal, this.#closed.signal]));
    await process.exited;
    over.abort();
    this.#running = undefined;
    if (!this.#closed.signal.aborted)
      this.#logger.warn({ pid: process.pid }, 'the next session starts a new Hyper engine');
  }

  async #pingUntil(process: HyperProcess, signal: AbortSignal): Promise<void> {
    const { pingIntervalMs = 5000, pingDeadlineMs = 30_000 } = this.#options;
    for (;;) {
      await delay(pingIntervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      if (await answers(process, pingDeadlineMs, signal)) continue;
      this.#logger.warn({ pid: process.pid, pingDeadlineMs }, 'the Hyper engine does not answer and is killed');
      await process.kill();
      return;
    }
  }
}

// A new session is asked for, not a query of an old one: with more queries than threads a query waits until one of the
// others has ended, for minutes where they load large files. Sessions are opened meanwhile (tried with 8 queries on 3
// threads: within 0.2 s, while a query waited for 5 s).
//
// The deadline is counted in small ticks of our own event loop: after our process itself was stopped for a while (SIGSTOP, a
// laptop's lid) only one of them has passed, and the engine's answer is read before the next.
async function answers(process: HyperProcess, deadlineMs: number, signal: AbortSignal): Promise<boolean> {
  // Refusing is an answer as well, unless nobody listens any more; that it has ended is told elsewhere.
  const asked = process.connect().then(
    (connection) => void connection.close().catch(() => undefined),
    (error: unknown) => (isUnreachable(error) ? 'unreachable' : undefined),
  );
  for (let tick = 0; tick < TICKS_PER_DEADLINE; tick += 1) {
    const slept = delay(deadlineMs / TICKS_PER_DEADLINE, 'silence', { signal, ref: false }).catch(() => 'stopped');
    const answer = await Promise.race([asked, slept]);
    if (answer === 'unreachable') return false;
    if (answer !== 'silence') return true;
  }
  return false;
}

async function hasEnded(process: HyperProcess): Promise<boolean> {
  return await Promise.race([process.exited.then(() => true), delay(0, false)]);
}

/** Its socket is gone, or nobody listens on it: somebody has tidied the temporary folder. It would never be reached again. */
function isUnreachable(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}
