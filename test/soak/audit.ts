import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import type { QueueConnection, RunQueue } from '@hyperferry/queue';

import { orphanedArtifacts } from './artifacts.ts';
import { balanceTarget, countOvertaken, type EndedRun } from './books.ts';
import { contentOf } from './content.ts';
import type { SoakOptions } from './options.ts';
import { planRuns, projectPath } from './plan.ts';
import type { SoakSimulator } from './simulator.ts';

export interface AuditInput {
  readonly options: SoakOptions;
  readonly queue: RunQueue;
  readonly connection: QueueConnection;
  readonly simulator: SoakSimulator;
  readonly folder: string;
  /** Runs whose submission was answered. */
  readonly submitted: ReadonlySet<string>;
  /** Runs given up without knowing whether they had published. */
  readonly unknown: ReadonlySet<string>;
}

export interface Audit {
  readonly runs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly superseded: number;
  readonly cancelled: number;
  readonly held: number;
  readonly paused: number;
  readonly lost: number;
  readonly doubledRows: number;
  readonly overlaps: number;
  readonly overtaken: number;
  readonly faults: number;
  readonly freezes: number;
  readonly unknown: number;
  readonly leftovers: readonly string[];
}

/** Balances the books when all has ended: the records of the runs against what stands on the simulator. */
export async function audit(input: AuditInput, say: (text: string) => void): Promise<Audit> {
  const { options, simulator, folder, submitted, unknown } = input;
  const ended = await readEnds(input);
  const state = await simulator.state();
  const withEnd = new Set(ended.map(({ run }) => run.runId));
  const lostRuns = new Set([...submitted].filter((runId) => !withEnd.has(runId)));
  for (const runId of lostRuns) say(`lost: ${runId} has no end`);
  let doubledRows = 0;
  let overtaken = 0;
  await using engine = await HyperProcess.start({ env: process.env });
  for (const target of new Set(planRuns(options).map((run) => run.target))) {
    const ofTarget = ended.filter(({ run }) => run.target === target);
    const published = state.datasources.find((item) => item.name === target && item.projectPath === projectPath);
    const content = published === undefined ? new Map() : await contentOf(simulator, engine, published.id, folder);
    const balance = balanceTarget(ofTarget, content);
    doubledRows += balance.excessRows;
    overtaken += countOvertaken(ofTarget);
    for (const runId of balance.incomplete) lostRuns.add(runId);
    for (const difference of balance.differences) say(`${target}: ${difference}`);
  }
  const count = (wanted: string): number => ended.filter((run) => run.state === wanted).length;
  const pauses = await input.queue.pauses();
  const overlaps = state.counters.overlaps.count;
  if (overlaps > 0) say(`overlaps: ${JSON.stringify(state.counters.overlaps.targets)}`);
  sayFailures(ended, say);
  return {
    runs: submitted.size,
    succeeded: count('succeeded'),
    failed: count('failed'),
    superseded: count('superseded'),
    cancelled: count('cancelled'),
    held: (await input.queue.countRuns()).held,
    paused: pauses.queues.length + pauses.targets.length,
    lost: lostRuns.size,
    doubledRows,
    overlaps,
    overtaken,
    faults: Object.values(state.faults.done).reduce((sum, times) => sum + times, 0),
    freezes: (await readFile(join(folder, 'freezes'), 'utf8').catch(() => '')).split('\n').filter(Boolean).length,
    unknown: ended.filter((run) => unknown.has(run.run.runId) && run.state !== 'succeeded').length,
    leftovers: [...(await openLocks(input)), ...(await orphanedArtifacts(input, ended))],
  };
}

/** The records of all runs that have ended, straight from Redis: their place in the line is no part of what users see. */
async function readEnds({ options, connection, submitted, unknown }: AuditInput): Promise<EndedRun[]> {
  const redis = connection.open({ failFast: false, name: 'soak-audit' });
  try {
    const ends: EndedRun[] = [];
    for (const run of planRuns(options)) {
      if (!submitted.has(run.runId)) continue;
      const record = await redis.hgetall(`{hf}:run:${run.runId}`);
      if (record['endedAt'] === undefined || record['state'] === undefined) continue;
      ends.push({
        run,
        state: record['state'],
        seq: Number(record['seq']),
        endedAtMs: Number(record['endedAt']),
        unknown: unknown.has(run.runId),
        code: /"code":"(\w+)"/.exec(record['error'] ?? '')?.[1],
        specKey: keyIn(record['spec']),
        extractKey: /"extract":\{"key":"([^"]+)"/.exec(record['r:extract'] ?? '')?.[1],
      });
    }
    return ends;
  } finally {
    redis.disconnect();
  }
}

function keyIn(reference: string | undefined): string | undefined {
  return /"key":"([^"]+)"/.exec(reference ?? '')?.[1];
}

function sayFailures(ended: readonly EndedRun[], say: (text: string) => void): void {
  const codes = new Map<string, number>();
  for (const { state, code = 'no code' } of ended) {
    if (state === 'failed') codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  if (codes.size > 0) say(`failed: ${JSON.stringify(Object.fromEntries(codes))}`);
}

/** Locks of jobs that nobody does any more. */
async function openLocks({ connection }: AuditInput): Promise<string[]> {
  const redis = connection.open({ failFast: false, name: 'soak-audit' });
  try {
    const keys = await redis.keys('{hf}:*:lock');
    const active = await Promise.all(
      ['runs', 'parse', 'extract', 'publish'].map((queue) => redis.lrange(`{hf}:${queue}:active`, 0, -1)),
    );
    return [...keys.map((key) => `lock ${key}`), ...active.flat().map((id) => `active job ${id}`)];
  } finally {
    redis.disconnect();
  }
}
