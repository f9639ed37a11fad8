import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';

/** How long a producer waits for Redis before it says that it is away. */
export const FAIL_FAST_MS = 1800;

/**
 * Runs an action against Redis within a time limit; a short restart of the server is waited for.
 * The action may still take effect after the time-out: callers repeat it with the same run id.
 * @throws {QueueError} QUEUE_UNREACHABLE
 */
export async function withinReach<T>(
  redis: RedisClient,
  where: string,
  action: () => Promise<T>,
  timeoutMs = FAIL_FAST_MS,
): Promise<T> {
  const startedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(where)), timeoutMs);
  });
  const attempt = async (): Promise<T> => {
    await untilReady(redis);
    return action();
  };
  try {
    return await Promise.race([attempt(), late]);
  } catch (error) {
    if (!isConnectionError(error)) throw error;
    // Lost in the middle: once more, in what is left of the time.
    const leftMs = timeoutMs - (performance.now() - startedMs);
    if (leftMs < 50) throw unreachable(where, error);
    return await Promise.race([attempt(), late]).catch((again: unknown) => {
      throw isConnectionError(again) ? unreachable(where, again) : again;
    });
  } finally {
    clearTimeout(timer);
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
  return new QueueError('QUEUE_UNREACHABLE', `Redis at ${where} does not answer`, cause === undefined ? {} : { cause });
}
