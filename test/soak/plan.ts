import type { PublishMode } from '@hyperferry/schema';

import { createRandom } from './random.ts';

export interface PlannedRun {
  readonly number: number;
  readonly runId: string;
  /** Name of the data source. */
  readonly target: string;
  readonly mode: PublishMode;
  readonly rows: number;
  /** The producer changes its mind after this time. */
  readonly cancelAfterMs?: number;
  /** The producer doesn't trust the answer and submits once more. */
  readonly submitTwice: boolean;
  /** 1 (first) to 1000, among the data sources. */
  readonly priority: number;
}

export const connectionName = 'soak';
export const projectPath = 'Finance/Sales';
/** Columns of every file; the types are given, so that appends of any content fit. */
export const columnTypes = { run: 'text', row: 'bigint', amount: 'numeric(12,2)', day: 'date', note: 'text' } as const;

/** All runs of a soak. The first ones make the data sources, one each; the others hit them at random. */
export function planRuns({ runs, seed }: { readonly runs: number; readonly seed: number }): PlannedRun[] {
  const random = createRandom(seed);
  const targets = Math.min(40, Math.max(4, Math.round(runs / 12)), runs);
  return Array.from({ length: runs }, (_, number) => {
    const runId = `soak-${seed}-${String(number).padStart(6, '0')}`;
    if (number < targets) {
      const first = { mode: 'createOrOverwrite', rows: 3, submitTwice: false, priority: 100 } as const;
      return { number, runId, target: targetName(number), ...first };
    }
    const target = targetName(random.int(0, targets - 1));
    const mode = modeOf(random.next());
    const rows = rowsOf(random.next(), random.next());
    const cancel = random.chance(0.03) ? { cancelAfterMs: random.int(0, 2500) } : {};
    const priority = random.chance(0.3) ? random.int(1, 1000) : 100;
    return { number, runId, target, mode, rows, submitTwice: random.chance(0.05), priority, ...cancel };
  });
}

/** The runs that make the data sources. */
export function isFirstOfTarget(run: PlannedRun): boolean {
  return targetName(run.number) === run.target;
}

/** Every row carries the run's id, so that the content of a data source tells which runs made it. */
export function csvOf(run: PlannedRun): string {
  const lines = ['run,row,amount,day,note'];
  for (let row = 1; row <= run.rows; row += 1) {
    const day = `2024-0${(row % 9) + 1}-1${row % 10}`;
    lines.push(`${run.runId},${row},${run.number}.${String(row % 100).padStart(2, '0')},${day},"note ${row}, of run"`);
  }
  return `${lines.join('\n')}\n`;
}

function targetName(number: number): string {
  return `Soak ${String(number + 1).padStart(2, '0')}`;
}

function modeOf(chance: number): PublishMode {
  if (chance < 0.5) return 'append';
  if (chance < 0.75) return 'overwrite';
  return chance < 0.9 ? 'createOrOverwrite' : 'replace';
}

function rowsOf(size: number, within: number): number {
  if (size < 0.7) return 1 + Math.floor(within * 20);
  return size < 0.95 ? 200 + Math.floor(within * 1000) : 5000 + Math.floor(within * 15_000);
}
