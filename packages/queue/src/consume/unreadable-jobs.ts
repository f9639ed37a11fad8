import type { Queue } from 'bullmq';

import { QueueError } from '../errors.ts';
import { lineScript, runScript } from '../lines/run-script.ts';
import { QUEUE_PREFIX } from '../runs/job-data.ts';
import type { Runtime } from './runtime.ts';

/** Removes jobs that no worker can decode; returns how many there were. */
export type UnreadableJobs = () => Promise<number>;

/**
 * ARGV: queue, job, reason. The job ends as failed, with data that every board can show. Not by BullMQ's own script: that
 * wants the token of a worker which holds the job, and none does.
 */
const endUnreadable = lineScript(`
local queue, id = P .. ARGV[1] .. ':', ARGV[2]
local job = queue .. id
if call('LREM', queue .. 'active', 0, id) == 0 then return cjson.encode({ status = 'gone' }) end
call('SREM', queue .. 'stalled', id)
call('DEL', job, job .. ':lock')
call('HSET', job, 'name', 'unreadable', 'data', '{}', 'opts', '{}', 'timestamp', now, 'finishedOn', now, 'delay', 0,
  'priority', 0, 'atm', 1, 'failedReason', ARGV[3])
call('ZADD', queue .. 'failed', now, id)
call('XADD', queue .. 'events', '*', 'event', 'failed', 'jobId', id, 'failedReason', ARGV[3], 'prev', 'active')
-- Workers that wait for a place under the global limit hear of it.
call('ZADD', queue .. 'marker', 0, '0')
return cjson.encode({ status = 'ok' })
`);

/**
 * Finds the jobs that BullMQ throws at while it decodes them: before any code of ours runs, so nobody refuses them, and
 * they come back whenever their lease ends, each time with a place of the stage's global limit. Each active job is looked at once.
 */
export function createUnreadableJobs(runtime: Runtime): UnreadableJobs {
  const queues = [runtime.runs, ...Object.values(runtime.stageQueues)] as unknown as readonly Queue[];
  const readable = new Map<string, ReadonlySet<string>>();

  const isUnreadable = async (queue: Queue, id: string): Promise<boolean> =>
    (await queue.getJob(id)) === undefined && (await runtime.redis.exists(queue.toKey(id))) === 1;

  const lookAt = async (queue: Queue): Promise<number> => {
    const { name } = queue;
    const active = await runtime.redis.lrange(`${QUEUE_PREFIX}:${name}:active`, 0, -1);
    const known = readable.get(name);
    const unreadable = new Set<string>();
    for (const id of active) if (known?.has(id) !== true && (await isUnreadable(queue, id))) unreadable.add(id);
    readable.set(name, new Set(active.filter((id) => !unreadable.has(id))));
    for (const id of unreadable) {
      const error = new QueueError('JOB_DATA_INVALID', `job ${id} on ${name} can't be read: its data is no JSON`);
      await runScript(runtime.redis, endUnreadable, [name, id, `${error.code}: ${error.message}`]);
      runtime.logger.warn({ queue: name, jobId: id, err: error }, 'a job was taken out of the way');
    }
    return unreadable.size;
  };

  return async () => {
    let found = 0;
    for (const queue of queues) found += await lookAt(queue);
    return found;
  };
}
