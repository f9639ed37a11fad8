import { runKey } from '../lines/lines.ts';
import { type RunState, runStates } from '../lines/run-record.ts';
import type { QueueAccess } from './queue-access.ts';
import { readView, type RunView } from './run-view.ts';

export interface ListRunsOptions {
  /** Only these states. Default: all. */
  readonly states?: readonly RunState[];
  /** Only runs whose id, connection, project or data source name contains this text, without case. */
  readonly text?: string;
  /** At most this many, 1 to 500. Default: 50. */
  readonly limit?: number;
  /** Where the page before ended. */
  readonly cursor?: string;
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly RunView[];
  /** For the next page; absent at the end. */
  readonly cursor?: string;
}

const pageSize = 200;
const maxScanned = 20_000;

/** Lists runs by the indexes of their states. */
export async function listRuns(access: QueueAccess, options: ListRunsOptions): Promise<RunPage> {
  const { states = runStates, text = '', limit = 50 } = options;
  const wanted = Math.min(Math.max(1, limit), 500);
  const found: RunView[] = [];
  let before = options.cursor ?? '+inf';
  for (let scanned = 0; scanned < maxScanned; scanned += pageSize) {
    const page = await access.reach(() => newest(access, states, before));
    for (const { first, view } of page) {
      before = `(${first}`;
      if (view === undefined || !matches(view, text)) continue;
      found.push(view);
      if (found.length === wanted) return { runs: found, cursor: `(${first}` };
    }
    if (page.length === 0) return { runs: found };
  }
  return { runs: found, cursor: before };
}

/** How many runs are in each state. */
export async function countRuns(access: QueueAccess): Promise<Record<RunState, number>> {
  const counts = await access.reach(() => Promise.all(runStates.map((state) => access.redis.zcard(stateKey(state)))));
  return Object.fromEntries(runStates.map((state, index) => [state, counts[index] ?? 0])) as Record<RunState, number>;
}

function stateKey(state: RunState): string {
  return `{hf}:state:${state}`;
}

async function newest(
  { redis }: QueueAccess,
  states: readonly RunState[],
  before: string,
): Promise<{ runId: string; first: number; view: RunView | undefined }[]> {
  const perState = await Promise.all(
    states.map((state) => redis.zrevrangebyscore(stateKey(state), before, '-inf', 'WITHSCORES', 'LIMIT', 0, pageSize)),
  );
  const entries = perState.flatMap((flat) =>
    Array.from({ length: flat.length / 2 }, (_, index) => ({
      runId: flat[index * 2] ?? '',
      first: Number(flat[index * 2 + 1]),
    })),
  );
  entries.sort((a, b) => b.first - a.first);
  const page = entries.slice(0, pageSize);
  return Promise.all(page.map(async (entry) => ({ ...entry, view: await readView(redis, entry.runId) })));
}

function matches(view: RunView, text: string): boolean {
  if (text === '') return true;
  const { connection, project, name } = view.target;
  return [view.runId, connection, project, name].some((part) => part.toLowerCase().includes(text.toLowerCase()));
}

/** Removes index entries whose records have expired: they are always among the oldest. */
export async function pruneIndexes(redis: QueueAccess['redis']): Promise<number> {
  let pruned = 0;
  for (const state of runStates) {
    const oldest = await redis.zrange(stateKey(state), '0', String(pageSize - 1));
    const alive = await Promise.all(oldest.map((runId) => redis.exists(runKey(runId))));
    const expired = oldest.filter((_, index) => alive[index] === 0);
    if (expired.length > 0) pruned += await redis.zrem(stateKey(state), ...expired);
  }
  return pruned;
}
