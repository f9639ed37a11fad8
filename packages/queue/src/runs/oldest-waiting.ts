import { readView } from './run-view.ts';
import type { QueueAccess } from './queue-access.ts';

const looks = 20;

/** When the run that has waited longest was submitted; undefined where none waits. */
export async function oldestWaiting({ redis, reach }: QueueAccess): Promise<string | undefined> {
  const runIds = await reach(() => redis.zrange('{hf}:state:waiting', '0', String(looks - 1)));
  for (const runId of runIds) {
    const run = await reach(() => readView(redis, runId));
    if (run?.state === 'waiting' && run.error?.code !== 'RUN_UNREADABLE') return run.submittedAt;
  }
  return undefined;
}
