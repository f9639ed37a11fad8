import type { ArtifactStore, StoredFile } from '@hyperferry/artifacts';
import type { KeptRun } from '@hyperferry/queue';

import { readSourceKey, shownKeys } from './needed-files.ts';

/** When artifacts are removed; in ms. */
export interface SweepRules {
  /** So long after its end a run is tidied up; what was touched since then stays: somebody may still be at it. */
  readonly afterMs: number;
  /** How long source and extract of a run that succeeded are kept. */
  readonly keepFilesMs: number;
  /** How long records are kept. A folder without a record is not removed before: its run may be about to be submitted. */
  readonly keepRunsMs: number;
}

/** What a sweep of one run's folder did. */
export interface Swept {
  readonly removed: number;
  /** True when nothing more will be removed before the run's record expires, or it is retried. */
  readonly isTidy: boolean;
}

/**
 * Removes what nobody can need any more of one run: everything when its record is gone; of one that has ended what killed
 * executions left and, unless it can be retried, source and extract. Live runs are left alone.
 */
export async function sweepRun(
  artifacts: ArtifactStore,
  runId: string,
  run: KeptRun | undefined,
  rules: SweepRules,
): Promise<Swept> {
  if (run === undefined) return await removeForgotten(artifacts, runId, rules.keepRunsMs);
  const hasSucceeded = run.state === 'succeeded';
  const waitMs = hasSucceeded ? Math.max(rules.afterMs, rules.keepFilesMs) : rules.afterMs;
  if (run.isTidy || run.endedForMs === undefined || run.endedForMs < waitMs) return { removed: 0, isTidy: false };
  const forRetry = hasSucceeded ? [] : [await readSourceKey(artifacts, runId, run.spec), run.extract?.key];
  const needed = new Set([...shownKeys(runId, run.spec), ...forRetry]);
  let removed = 0;
  let isTidy = true;
  for await (const file of artifacts.listFiles(`runs/${runId}`)) {
    if (needed.has(file.key)) continue;
    if (ageOf(file) < rules.afterMs) isTidy = false;
    else {
      await artifacts.delete(file.key);
      removed += 1;
    }
  }
  return { removed, isTidy };
}

async function removeForgotten(artifacts: ArtifactStore, runId: string, keepRunsMs: number): Promise<Swept> {
  let removed = 0;
  for await (const file of artifacts.listFiles(`runs/${runId}`)) {
    if (ageOf(file) < keepRunsMs) return { removed: 0, isTidy: false };
    removed += 1;
  }
  // A folder without files may have been made this moment.
  if (removed > 0) await artifacts.deletePrefix(`runs/${runId}`);
  return { removed, isTidy: false };
}

function ageOf({ touchedAtMs }: StoredFile): number {
  return Date.now() - touchedAtMs;
}
