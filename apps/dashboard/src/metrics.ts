import type { BoardQueues, RunQueue } from '@hyperferry/queue';

/** The fleet in the text format of Prometheus. */
export async function readMetrics(runs: RunQueue, board: BoardQueues, nowMs: number): Promise<string> {
  const [counts, oldest, lines, workers, ...queues] = await Promise.all([
    runs.countRuns(),
    runs.oldestWaiting(),
    runs.listLines(),
    runs.listWorkers(),
    ...board.queues.map((queue) => queue.exportPrometheusMetrics()),
  ]);
  const lineStates = ['running', 'waiting', 'held', 'paused'] as const;
  const workerStates = ['running', 'stopping', 'lost'] as const;
  const ours = [
    ...gauge('hyperferry_runs', 'Runs by state, as far as their records are kept', 'state', Object.entries(counts)),
    ...gauge('hyperferry_lines', 'Targets with runs that have not ended', 'state', countBy(lineStates, lines)),
    ...gauge('hyperferry_workers', 'Workers heard of within a day', 'state', countBy(workerStates, workers)),
    ...gauge('hyperferry_workers_short', 'Live workers that begin no files for want of it', 'of', [
      ['disk', workers.filter(({ state, shortOf }) => state !== 'lost' && shortOf.includes('disk')).length],
      ['memory', workers.filter(({ state, shortOf }) => state !== 'lost' && shortOf.includes('memory')).length],
    ]),
    '# HELP hyperferry_oldest_waiting_seconds Age of the run that has waited longest; 0 where none waits',
    '# TYPE hyperferry_oldest_waiting_seconds gauge',
    `hyperferry_oldest_waiting_seconds ${oldest === undefined ? 0 : Math.max(0, (nowMs - Date.parse(oldest)) / 1000)}`,
  ];
  return `${[...ours, mergeFamilies(queues)].join('\n')}\n`;
}

/** Joins expositions of several queues: each family's help and type may stand there only once, before all its samples. */
export function mergeFamilies(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: string[]; readonly samples: string[] }>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    // BullMQ's totals stay 0 unless every worker pays for its metrics: ours by state say more.
    if (line.trim() === '' || /^(?:# (?:HELP|TYPE) )?bullmq_job_(?:completed|failed)_total/.test(line)) continue;
    const [, kind, declared] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
    const name = declared ?? /^[\w:]+/.exec(line)?.[0] ?? '';
    const family = families.get(name) ?? { head: [], samples: [] };
    families.set(name, family);
    if (kind === undefined) family.samples.push(line);
    else if (!family.head.includes(line)) family.head.push(line);
  }
  return [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]).join('\n');
}

function countBy<S extends string>(states: readonly S[], things: readonly { readonly state: S }[]): [S, number][] {
  return states.map((state) => [state, things.filter((thing) => thing.state === state).length]);
}

function gauge(name: string, help: string, label: string, samples: readonly (readonly [string, number])[]): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([value, count]) => `${name}{${label}="${value}"} ${count}`),
  ];
}
