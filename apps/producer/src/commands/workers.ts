import type { WorkerView } from '@hyperferry/queue';
import type { Command } from 'commander';

import { printResult } from '../print-result.ts';
import { showTime } from '../show-times.ts';
import { textTable } from '../text-table.ts';
import { withRunQueue } from '../with-run-queue.ts';

/** `hyperferry workers`: the workers of the fleet and what each does. */
export function addWorkersCommand(program: Command): void {
  program
    .command('workers')
    .description('list the workers: what each does, and which were lost within the last day')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const workers = await withRunQueue((queue) => queue.listWorkers());
      printResult(json, { workers }, () => (workers.length === 0 ? 'no workers' : describeWorkers(workers)));
    });
}

function describeWorkers(workers: readonly WorkerView[]): string {
  return textTable(
    [
      { title: 'worker' },
      { title: 'state' },
      { title: 'version' },
      { title: 'started' },
      { title: 'seen' },
      { title: 'runs', right: true },
      { title: 'parse', right: true },
      { title: 'extract', right: true },
      { title: 'publish', right: true },
    ],
    workers.map((worker) => [
      worker.name,
      [worker.state, ...worker.shortOf.map((resource) => `short of ${resource}`)].join(', '),
      worker.version,
      showTime(worker.startedAt),
      showTime(worker.seenAt),
      ...(['runs', 'parse', 'extract', 'publish'] as const).map((queue) => busyOf(worker, queue)),
    ]),
  );
}

/** Jobs in progress of as many as there may be. */
function busyOf({ jobs, concurrency }: WorkerView, queue: 'runs' | 'parse' | 'extract' | 'publish'): string {
  return `${jobs.filter((job) => job.queue === queue).length}/${concurrency[queue]}`;
}
