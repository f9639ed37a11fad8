import { setTimeout as sleep } from 'node:timers/promises';

import type { PauseScope, ResumeScope, RunQueue } from '@hyperferry/queue';

import { connectionName, projectPath } from './plan.ts';
import type { Random } from './random.ts';

/** Pauses a data source, a queue or everything, and resumes it after up to three seconds, whatever happens meanwhile. */
export async function pauseForAWhile(queue: RunQueue, targets: readonly string[], random: Random): Promise<void> {
  const scope = scopeOf(targets, random);
  // As the command does it: targets are sometimes resumed all at once.
  const resumed: ResumeScope = scope.scope === 'target' && random.chance(0.3) ? { scope: 'targets' } : scope;
  try {
    await queue.pause(scope);
    await sleep(random.int(200, 3000));
  } catch (error) {
    // Some of it may be paused all the same.
    if (!isAway(error)) throw error;
  } finally {
    await resumeSurely(queue, resumed);
  }
}

function scopeOf(targets: readonly string[], random: Random): PauseScope {
  const chance = random.next();
  if (chance < 0.5) {
    const target = { connection: connectionName, project: projectPath, name: random.pick(targets) };
    return { scope: 'target', target };
  }
  if (chance < 0.8) return { scope: 'queue', queue: random.pick(['runs', 'parse', 'extract', 'publish']) };
  return { scope: 'all' };
}

async function resumeSurely(queue: RunQueue, scope: ResumeScope): Promise<void> {
  for (;;) {
    try {
      return await queue.resume(scope);
    } catch (error) {
      if (!isAway(error)) throw error;
      await sleep(200);
    }
  }
}

function isAway(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'QUEUE_UNREACHABLE';
}
