import type { ArtifactStore } from '@hyperferry/artifacts';
import { type ArtifactRef, isHyperferryError, parseJobSpec, type Source } from '@hyperferry/schema';

/** What stays of every run until its record expires: small, and shown by the dashboard. */
const shownFiles = ['report.json', 'parse/profile.json', 'extract/rejects.csv'];

/** The keys of a run's artifacts that somebody may still want, whatever became of the run. */
export function shownKeys(runId: string, spec: ArtifactRef | undefined): string[] {
  return [...shownFiles.map((file) => `runs/${runId}/${file}`), ...(spec === undefined ? [] : [spec.key])];
}

/** The artifact of a run's own folder that its source is; undefined for a file of the host or somebody else's. */
export function ownSourceKey(runId: string, source: Source): string | undefined {
  const key = source.kind === 'artifact' ? source.artifact.key : undefined;
  return key?.startsWith(`runs/${runId}/`) === true ? key : undefined;
}

/** The same by the reference to the run's spec; undefined also where the spec is gone. */
export async function readSourceKey(
  artifacts: ArtifactStore,
  runId: string,
  spec: ArtifactRef | undefined,
): Promise<string | undefined> {
  if (spec === undefined) return undefined;
  try {
    return ownSourceKey(runId, parseJobSpec(await artifacts.fetchJson(spec)).source);
  } catch (error) {
    // Without its spec no retry of the run can begin. A store that fails for a while is another matter.
    if (isHyperferryError(error) && !error.retryable) return undefined;
    throw error;
  }
}
