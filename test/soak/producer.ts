import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { readSettings } from '../../apps/producer/src/env.ts';
import { openQueue, type OpenedQueue } from '../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../apps/producer/src/server-of.ts';
import { submitFile } from '../../apps/producer/src/submit-file.ts';
import { columnTypes, connectionName, csvOf, isFirstOfTarget, type PlannedRun, planRuns, projectPath } from './plan.ts';
import { createRandom } from './random.ts';

// One producer process of a soak: submits its share of the plan, keeps the queue filled but not flooded, and repeats
// what was not answered, with the same run id: because Redis was away, or because the process itself was killed and is
// the next one now, which knows only what stands in the journal.

interface ProducerTask {
  readonly index: number;
  readonly producers: number;
  readonly runs: number;
  readonly seed: number;
  readonly deadlineMs: number;
  readonly folder: string;
  /** Live runs above which nothing is submitted. */
  readonly maxLive: number;
  /** How many of these processes were killed before this one. */
  readonly life: number;
  /** Is killed now and then in the middle of a submission. */
  readonly mortal: boolean;
}

/** Chance of a submission to be the last one of its process, and the longest time that it has then. */
const deadly = { chance: 0.04, withinMs: 80 } as const;

const task = JSON.parse(process.argv[2] ?? '') as ProducerTask;
const journal = join(task.folder, `producer-${task.index}.jsonl`);
const files = join(task.folder, 'csv');
await mkdir(files, { recursive: true });

const opened = await untilReached(() => openQueue(readSettings(process.env)));
const cancels: Promise<void>[] = [];
const random = createRandom(task.seed * 1000 + task.index * 100 + task.life);
const answered = new Set((await readFile(journal, 'utf8').catch(() => '')).split('\n').filter(Boolean));
const mine = planRuns(task).filter((run) =>
  task.index === 0 ? isFirstOfTarget(run) : !isFirstOfTarget(run) && run.number % task.producers === task.index - 1,
);
for (const [position, run] of mine.entries()) {
  const line = JSON.stringify({ runId: run.runId });
  if (answered.has(line)) continue;
  if (task.index > 0) await untilRoom();
  if (Date.now() > task.deadlineMs) break;
  // Even the shortest soak sees one of them killed.
  const isFirstDeath = task.index === 1 && task.life === 0 && position === 2;
  if (task.mortal && (isFirstDeath || random.chance(deadly.chance))) {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), isFirstDeath ? 0 : random.int(0, deadly.withinMs));
  }
  await submit(run, opened);
  if (run.submitTwice) await submit(run, opened);
  await appendFile(journal, `${line}\n`);
  if (run.cancelAfterMs !== undefined) cancels.push(changeMind(run.runId, run.cancelAfterMs));
}
await Promise.all(cancels);
await opened.close();

async function submit(run: PlannedRun, queue: OpenedQueue): Promise<void> {
  const path = join(files, `${run.runId}.csv`);
  await writeFile(path, csvOf(run));
  const target = { connection: connectionName, project: projectPath, name: run.target, mode: run.mode };
  const server = serverOf(connectionName, process.env);
  await untilReached(() =>
    submitFile({ path, runId: run.runId, target, server, types: columnTypes, priority: run.priority }, queue),
  );
  await rm(path);
}

async function changeMind(runId: string, afterMs: number): Promise<void> {
  await sleep(afterMs);
  await untilReached(() => opened.queue.cancel(runId)).catch((error: unknown) => {
    // It may be held with an unknown outcome: that is the operator's business.
    if ((error as { code?: unknown }).code !== 'RUN_OUTCOME_UNKNOWN') throw error;
  });
}

async function untilRoom(): Promise<void> {
  for (;;) {
    const { waiting, running } = await untilReached(() => opened.queue.countRuns());
    if (waiting + running < task.maxLive || Date.now() > task.deadlineMs) return;
    await sleep(100);
  }
}

/** Does it again and again while Redis is away. */
async function untilReached<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'QUEUE_UNREACHABLE') throw error;
      await sleep(200);
    }
  }
}
