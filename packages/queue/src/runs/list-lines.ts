import type { Target } from '@hyperferry/schema';

import { isWrongType } from '../lines/lines.ts';
import type { TableauSite } from '../lines/run-record.ts';
import type { QueueAccess } from './queue-access.ts';
import { readView, type RunView } from './run-view.ts';

/** A target with runs that have not ended. */
export interface LineView {
  readonly server: TableauSite;
  readonly target: Pick<Target, 'project' | 'name'>;
  /** `held`: stops until somebody releases or skips its head. */
  readonly state: 'running' | 'waiting' | 'held' | 'paused';
  /** In their order, the head first; at most 100. */
  readonly runs: readonly RunView[];
  /** How many there are. */
  readonly length: number;
}

const maxLines = 500;
const maxRuns = 100;

/** The lines that are not empty: held ones first, then by the time that their heads were submitted. */
export async function listLines({ redis, reach }: QueueAccess): Promise<LineView[]> {
  const keys = await reach(() => redis.srandmember('{hf}:lines', maxLines));
  const paused = new Set(await reach(() => redis.smembers('{hf}:paused')));
  const lines = await reach(() =>
    Promise.all(
      keys.map(async (key) => {
        const entries = `{hf}:line:${key}:q`;
        const [ids, length] = await Promise.all([
          redis.zrange(entries, '0', String(maxRuns - 1)),
          redis.zcard(entries),
        ]).catch((error: unknown): [string[], number] => {
          if (isWrongType(error)) return [[], 0];
          throw error;
        });
        const views = await Promise.all(ids.map((id) => readView(redis, id)));
        const runs = views.filter((view) => view !== undefined);
        return { runs, length, isPaused: paused.has(key) };
      }),
    ),
  );
  const views = lines.flatMap(({ runs, length, isPaused }): LineView[] => {
    const [head] = runs;
    if (head === undefined) return [];
    const { server, target, state } = head;
    const live = state === 'held' || state === 'running' ? state : 'waiting';
    return [{ server, target, runs, length, state: isPaused && live === 'waiting' ? 'paused' : live }];
  });
  const rank = ({ state }: LineView): number => (state === 'held' ? 0 : 1);
  return views.sort(
    (a, b) => rank(a) - rank(b) || (a.runs[0]?.submittedAt ?? '').localeCompare(b.runs[0]?.submittedAt ?? ''),
  );
}
