import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { ArtifactStore } from '@hyperferry/artifacts';
import type { Connects } from '@hyperferry/hyper';
import type { StageJob } from '@hyperferry/queue';
import {
  type JobSpec,
  type Logger,
  parseJobSpec,
  type Stage,
  type StageContext,
  type StageReport,
} from '@hyperferry/schema';
import type { TableauClient } from '@hyperferry/tableau';

/** What the stages of one worker share. */
export interface StageServices {
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
  /** One engine for all: it uses all cores by itself. */
  readonly engine: Connects;
  /** The client of a connection: one for all publishes of this worker, so that they share a session. */
  tableau(connection: string, signal: AbortSignal): Promise<TableauClient>;
  /** How long the published state is watched after an answer was lost, in ms. */
  readonly lookForMs: number;
  readonly sourceRoots: readonly string[];
  /** Folder for temporary files; each stage gets a private one below it. */
  readonly scratchRoot: string;
}

export interface StageRun {
  readonly spec: JobSpec;
  readonly context: StageContext;
  /** The report of the stage, when it is done. */
  report(): StageReport;
}

/** Runs one stage in a scratch folder of its own, which is removed in any case. */
export async function inStage<T>(
  job: StageJob,
  stage: Stage,
  services: StageServices,
  work: (run: StageRun) => Promise<T>,
): Promise<T> {
  await mkdir(services.scratchRoot, { recursive: true, mode: 0o700 });
  // One of its own for each execution: an earlier one of this attempt may still be at work after its lease was lost.
  const scratchDir = await mkdtemp(join(services.scratchRoot, `${job.runId}.${stage}.`));
  const context: StageContext = {
    runId: job.runId,
    logger: services.logger,
    signal: job.signal,
    scratchDir,
    emit: (progress) => job.emit(progress),
  };
  try {
    const spec = parseJobSpec(await services.artifacts.fetchJson(job.spec, { signal: job.signal }));
    context.emit({ state: 'started' });
    const result = await work({
      spec,
      context,
      report: job.report,
    });
    return result;
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}
