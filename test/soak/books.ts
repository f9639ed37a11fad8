import type { Content } from './content.ts';
import type { PlannedRun } from './plan.ts';

/** A run as its record tells, when all has ended. */
export interface EndedRun {
  readonly run: PlannedRun;
  readonly state: string;
  /** Its place in the order of its target. */
  readonly seq: number;
  readonly endedAtMs: number;
  /** Given up without knowing whether it published: its rows may be there, once. */
  readonly unknown: boolean;
  /** Artifacts that its record refers to. */
  readonly specKey?: string | undefined;
  readonly extractKey?: string | undefined;
  readonly code?: string | undefined;
}

export interface TargetBalance {
  /** Rows of successful runs that are missing. */
  readonly missingRows: number;
  /** The runs whose rows they are. */
  readonly incomplete: readonly string[];
  /** Rows that are there twice, or that no successful run has put there. */
  readonly excessRows: number;
  readonly differences: readonly string[];
}

type Expected = ReadonlyMap<string, number>;
const maxUnknown = 8;

/** Compares a target's content with what its successful runs, in order, say. */
export function balanceTarget(ended: readonly EndedRun[], content: Content): TargetBalance {
  const inOrder = [...ended].sort((a, b) => a.seq - b.seq);
  const balances = expectations(inOrder).map((expected) => compare(expected, content));
  // Each unknown outcome allows two contents; the one that fits best is taken.
  return balances.reduce((best, next) => (badness(next) < badness(best) ? next : best));
}

function expectations(inOrder: readonly EndedRun[]): Expected[] {
  const unknown = inOrder.filter((ended) => ended.unknown && ended.state !== 'succeeded').slice(-maxUnknown);
  return Array.from({ length: 2 ** unknown.length }, (_, choice) => {
    const published = new Set(unknown.filter((_run, index) => (choice & (1 << index)) !== 0));
    let expected = new Map<string, number>();
    for (const ended of inOrder) {
      if (ended.state !== 'succeeded' && !published.has(ended)) continue;
      if (ended.run.mode !== 'append') expected = new Map();
      expected.set(ended.run.runId, ended.run.rows);
    }
    return expected;
  });
}

function compare(expected: Expected, content: Content): TargetBalance {
  let missingRows = 0;
  let excessRows = 0;
  const incomplete: string[] = [];
  const differences: string[] = [];
  for (const runId of new Set([...expected.keys(), ...content.keys()])) {
    const wanted = expected.get(runId) ?? 0;
    const { rows = 0, distinct = 0 } = content.get(runId) ?? {};
    if (rows === wanted && distinct === wanted) continue;
    missingRows += Math.max(0, wanted - distinct);
    if (distinct < wanted) incomplete.push(runId);
    excessRows += Math.max(0, rows - Math.min(wanted, distinct));
    differences.push(`${runId}: ${rows} rows, ${distinct} different ones, instead of ${wanted}`);
  }
  return { missingRows, incomplete, excessRows, differences };
}

function badness({ missingRows, excessRows }: TargetBalance): number {
  return missingRows + excessRows;
}

/** Successful runs of one target that ended before one that stood before them in its line. */
export function countOvertaken(ended: readonly EndedRun[]): number {
  let newestMs = 0;
  let count = 0;
  for (const run of [...ended].sort((a, b) => a.seq - b.seq)) {
    if (run.state !== 'succeeded') continue;
    if (run.endedAtMs < newestMs) count += 1;
    newestMs = Math.max(newestMs, run.endedAtMs);
  }
  return count;
}
