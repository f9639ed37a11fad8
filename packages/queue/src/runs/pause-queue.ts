import { type Stage, stages, type Target } from '@hyperferry/schema';
import { z } from 'zod';

import { lineKeyOf } from '../lines/line-key.ts';
import { isWrongType } from '../lines/lines.ts';
import type { TableauSite } from '../lines/run-record.ts';
import { siteOfConnection } from '../workers/join-fleet.ts';
import { followUp, type QueueAccess } from './queue-access.ts';

/** What is paused or resumed. What runs already goes on to its next stage. */
export type PauseScope =
  | { readonly scope: 'all' }
  | { readonly scope: 'queue'; readonly queue: 'runs' | Stage }
  | {
      readonly scope: 'target';
      /** Default: what the live workers mean by the name of the connection. */
      readonly server?: TableauSite;
      readonly target: Pick<Target, 'project' | 'name'> & Partial<Pick<Target, 'connection'>>;
    };

/** What is resumed; `targets` is every target that was paused by itself. */
export type ResumeScope = PauseScope | { readonly scope: 'targets' };

/** What is paused at the moment. */
export interface Pauses {
  readonly queues: readonly ('runs' | Stage)[];
  readonly targets: readonly { readonly project: string; readonly name: string }[];
}

const pausedKey = '{hf}:paused';
const queueNames = ['runs', ...stages] as const;
const pausedTargetSchema = z.object({ project: z.string(), name: z.string() });

/** Resumes what was paused. */
export async function resume(access: QueueAccess, scope: ResumeScope): Promise<void> {
  if (scope.scope !== 'targets') return setPaused(access, scope, false);
  for (const line of await access.reach(() => access.redis.smembers(pausedKey))) {
    await followUp(access, await access.reach(() => access.lines.pauseLine(line, false, '')));
  }
}

export async function setPaused(access: QueueAccess, scope: PauseScope, paused: boolean): Promise<void> {
  if (scope.scope === 'target') {
    const { connection = 'default', project, name } = scope.target;
    const server = scope.server ?? (await access.reach(() => siteOfConnection(access.redis, connection)));
    const line = lineKeyOf(server, { project, name });
    const reply = await access.reach(() => access.lines.pauseLine(line, paused, JSON.stringify({ project, name })));
    await followUp(access, reply);
    return;
  }
  for (const name of scope.scope === 'all' ? queueNames : [scope.queue]) {
    const queue = access.queueOf(name);
    await access.reach(() => (paused ? queue.pause() : queue.resume()));
  }
}

export async function readPauses(access: QueueAccess): Promise<Pauses> {
  const paused = await access.reach(() => Promise.all(queueNames.map((name) => access.queueOf(name).isPaused())));
  const lineKeys = await access.reach(() => access.redis.smembers(pausedKey));
  const targets = await access.reach(() => Promise.all(lineKeys.map((line) => readTarget(access, line))));
  return {
    queues: queueNames.filter((_, index) => paused[index]),
    targets: targets.filter((target) => target !== undefined),
  };
}

/** Undefined where nothing is known of the line; one that can't be read is named by its key. */
async function readTarget({ redis }: QueueAccess, line: string): Promise<Pauses['targets'][number] | undefined> {
  const json = await redis.hget(`{hf}:line:${line}`, 'target').catch((error: unknown) => {
    if (isWrongType(error)) return '';
    throw error;
  });
  if (json === null) return undefined;
  try {
    return pausedTargetSchema.parse(JSON.parse(json));
  } catch {
    return { project: '(unreadable)', name: line };
  }
}
