import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { HyperException, toHyperException } from '../errors.ts';
import { ENGINE_USER } from '../process/engine-arguments.ts';
import { type EngineExit, exitText } from '../process/engine-exit.ts';
import { sendCancelRequest } from './cancel-request.ts';
import type { CopyPump } from './copy-in.ts';
import { Client } from './pg-client.ts';
import { runStatement, type StatementSink } from './statement.ts';
import type { Wire } from './wire.ts';

/** Where an engine listens, and how to learn that it ended. */
export interface EngineEndpoint {
  readonly socketDir: string;
  readonly port: number;
  readonly exited: Promise<EngineExit>;
}

/** How one statement is run. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** What is being done, for errors; never SQL text, which may hold values. */
  readonly context: string;
  readonly pump?: CopyPump | undefined;
  /** It ends only when the caller goes on: another statement meanwhile would wait for ever, so it is refused. */
  readonly isExclusive?: boolean | undefined;
}

/** One session of the engine's protocol: statements one after the other, each cancellable. */
export interface Session {
  run(sql: string, sink: StatementSink, options: RunOptions): Promise<string>;
  /** Ends the session: cancels a running statement, lets `beforeEnd` run its last ones if the engine is still there. */
  close(beforeEnd: (run: Session['run']) => Promise<void>): Promise<void>;
  readonly isClosed: boolean;
  readonly isLost: boolean;
}

// How long a cancelled statement may take to end before its socket is torn down.
const CANCEL_GRACE_MS = 5000;

/** @throws {HyperException} HYPER_ENGINE_DIED, HYPER_CANCELLED */
export async function openSession(endpoint: EngineEndpoint, signal: AbortSignal | undefined): Promise<Session> {
  refuseAborted(signal, 'connect');
  const client = new Client({
    host: endpoint.socketDir,
    port: endpoint.port,
    user: ENGINE_USER,
    // A database named like the user means none. Everything is given, or pg would take it from the environment.
    database: ENGINE_USER,
    ssl: false,
    application_name: 'hyperferry',
    // Without the extra digits a double comes back as another number, the largest one as infinity.
    options: '-c date_style=MDY -c extra_float_digits=3',
  });
  let isClosed = false;
  let isLost = false;
  let isTaken = false;
  let tail: Promise<unknown> = Promise.resolve();
  let cancelActive: (() => void) | undefined;
  client.on('error', () => {
    isLost = true;
  });
  client.on('end', () => {
    isLost = true;
  });
  await connectClient();
  const {
    connection: wire,
    processID,
    secretKey,
  } = client as unknown as {
    readonly connection: Wire;
    readonly processID: number;
    readonly secretKey: number;
  };
  // pg opens the socket in `connect`, and has no other way to give up.
  async function connectClient(): Promise<void> {
    const giveUp = () => (client as unknown as { readonly connection: Wire }).connection.stream.destroy();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await client.connect();
    } catch (error) {
      if (signal?.aborted === true) throw cancelled('connect', signal.reason);
      throw await explain(error, 'connect');
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  const socketPath = join(endpoint.socketDir, `.s.PGSQL.${endpoint.port}`);

  async function explain(thrown: unknown, context: string): Promise<HyperException> {
    const plain = toHyperException(thrown, context);
    if (plain.code !== 'HYPER_ENGINE_DIED') return plain;
    isLost = true;
    const exit = await Promise.race([endpoint.exited, delay(1000)]);
    if (exit === undefined) return plain;
    return new HyperException('HYPER_ENGINE_DIED', `${context}: the engine ended with ${exitText(exit)}`, {
      context,
      details: { exitCode: exit.exitCode, signal: exit.signal },
      cause: thrown,
    });
  }

  function refuseClosed(context: string): void {
    if (isClosed) throw new HyperException('HYPER_CONNECTION_CLOSED', `${context}: the connection is closed`);
  }

  async function runAlone(sql: string, sink: StatementSink, options: RunOptions): Promise<string> {
    const { signal: statementSignal, context, pump } = options;
    refuseAborted(statementSignal, context);
    if (isLost) throw await explain(new Error('the session had ended before'), context);
    let isCancelled = false;
    let cancelling: Promise<void> | undefined;
    let deadline: NodeJS.Timeout | undefined;
    const cancel = () => {
      if (isCancelled) return;
      isCancelled = true;
      pump?.stop('cancelled');
      wire.stream.resume();
      cancelling = sendCancelRequest(socketPath, { processId: processID, secretKey });
      deadline = setTimeout(() => wire.stream.destroy(), CANCEL_GRACE_MS);
    };
    statementSignal?.addEventListener('abort', cancel, { once: true });
    cancelActive = cancel;
    let sawCancel = false;
    try {
      return await runStatement(client, sql, sink);
    } catch (error) {
      sawCancel = (error as { code?: unknown }).code === '57014';
      if (pump?.sourceError !== undefined) throw pump.sourceError;
      if (isCancelled) throw cancelled(context, statementSignal?.reason ?? error);
      throw await explain(error, context);
    } finally {
      cancelActive = undefined;
      clearTimeout(deadline);
      statementSignal?.removeEventListener('abort', cancel);
      pump?.stop('the statement ended');
      await cancelling;
      // A cancel that came too late for this statement must not hit the next one.
      if (isCancelled && !sawCancel && !isLost) await runStatement(client, 'SELECT 1', {}).catch(() => undefined);
    }
  }

  return {
    async run(sql, sink, options) {
      refuseClosed(options.context);
      if (isTaken) {
        throw new HyperException(
          'HYPER_CONNECTION_BUSY',
          `${options.context}: a stream of this connection is still being read, or an inserter is open on it`,
        );
      }
      if (sql.includes('\0'))
        throw new HyperException('HYPER_NAME_INVALID', `${options.context}: the SQL has a NUL character`);
      isTaken = options.isExclusive ?? false;
      const mine = tail.then(async () => {
        // Again: it may have been closed while this one waited.
        refuseClosed(options.context);
        return await runAlone(sql, sink, options);
      });
      tail = mine.then(
        () => undefined,
        () => undefined,
      );
      try {
        return await mine;
      } finally {
        if (options.isExclusive === true) isTaken = false;
      }
    },
    async close(beforeEnd) {
      if (isClosed) return;
      isClosed = true;
      cancelActive?.();
      await tail;
      try {
        if (!isLost) await beforeEnd(runAlone);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    get isClosed() {
      return isClosed;
    },
    get isLost() {
      return isLost;
    },
  };
}

function refuseAborted(signal: AbortSignal | undefined, context: string): void {
  if (signal?.aborted === true) throw cancelled(context, signal.reason);
}

function cancelled(context: string, reason: unknown): HyperException {
  return new HyperException('HYPER_CANCELLED', `${context}: cancelled`, { context, cause: reason });
}
