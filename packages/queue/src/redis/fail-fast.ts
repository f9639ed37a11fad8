import type { Logger } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';
import { fullOf, refusalOf } from './refusal.ts';

/** How long a producer waits for Redis before it says that it is away: with its own start and end less than 2 s. */
export const FAIL_FAST_MS = 1600;

/**
 * Runs an action against Redis within a time limit; a short restart of the server is waited for.
 * The action may still take effect after the time-out: callers repeat it with the same run id.
 * @throws {QueueError} QUEUE_UNREACHABLE, QUEUE_SIGN_IN_DENIED, QUEUE_PERMISSION_DENIED, QUEUE_TLS_FAILED
 */
export async function withinReach<T>(
  redis: RedisClient,
  where: string,
  action: () => Promise<T>,
  timeoutMs = FAIL_FAST_MS,
): Promise<T> {
  const startedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let lastError: unknown;
  let onError = (_error: unknown): void => {};
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(where, lastError)), timeoutMs);
    onError = (error) => {
      lastError = error;
      const refusal = refusalOf(error, where);
      if (refusal !== undefined) reject(refusal);
    };
  });
  redis.on('error', onError);
  const attempt = async (): Promise<T> => {
    await untilReady(redis);
    return action();
  };
  try {
    return await Promise.race([attempt(), late]);
  } catch (error) {
    if (!isConnectionError(error)) throw refusalOf(error, where) ?? fullOf(error) ?? error;
    // Lost in the middle: once more, in what is left of the time.
    const leftMs = timeoutMs - (performance.now() - startedMs);
    if (leftMs < 50) throw unreachable(where, error);
    return await Promise.race([attempt(), late]).catch((again: unknown) => {
      throw refusalOf(again, where) ?? (isConnectionError(again) ? unreachable(where, again) : again);
    });
  } finally {
    clearTimeout(timer);
    redis.off('error', onError);
  }
}

/**
 * Waits for a worker's Redis, however long that is away.
 * @throws {QueueError} QUEUE_SIGN_IN_DENIED, QUEUE_PERMISSION_DENIED, QUEUE_TLS_FAILED: what waiting does not mend;
 * the signal's reason when it fires
 */
export async function waitForRedis(
  redis: RedisClient,
  where: string,
  logger: Logger,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  let said = '';
  let onError = (_error: unknown): void => {};
  let onAbort = (): void => {};
  const refused = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal?.reason as Error);
    onError = (error) => {
      const refusal = refusalOf(error, where);
      if (refusal !== undefined) reject(refusal);
      const reason = reasonOf(error);
      if (refusal === undefined && reason !== said) logger.warn({ redis: where, reason }, 'waiting for Redis');
      said = reason;
    };
  });
  redis.on('error', onError);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([untilReady(redis), refused]);
  } finally {
    redis.off('error', onError);
    signal?.removeEventListener('abort', onAbort);
  }
}

function untilReady(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  if (redis.status === 'wait') redis.connect().catch(() => {});
  return new Promise((resolve) => {
    redis.once('ready', () => resolve());
  });
}

/** True for errors of the connection, false for an answer of the server. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return (
    /^E[A-Z]+$/.test(code) ||
    /Connection is closed|isn't writeable|Stream isn't|max retries|Command timed out|ClusterAllFailed|LOADING/i.test(
      `${error.name} ${error.message}`,
    )
  );
}

function unreachable(where: string, cause?: unknown): QueueError {
  const reason = cause === undefined ? '' : `: ${reasonOf(cause)}`;
  return new QueueError(
    'QUEUE_UNREACHABLE',
    `Redis at ${where} does not answer${reason}`,
    cause === undefined ? {} : { cause },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
