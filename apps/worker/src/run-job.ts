import type { ArtifactStore } from '@hyperferry/artifacts';
import type { ActiveRun } from '@hyperferry/queue';
import {
  type ExtractResult,
  type Logger,
  type ParseResult,
  parseJobSpec,
  type PublishResult,
  type Report,
  toErrorReport,
} from '@hyperferry/schema';

import { ownSourceKey } from './artifacts/needed-files.ts';

export interface RunJobServices {
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
  /** After this time without a write a half artifact is of a worker that was killed. */
  readonly abandonedAfterMs: number;
  /** Removes source and extract of a run as soon as it has succeeded; else the sweeper does it later. */
  readonly removesFiles: boolean;
}

/**
 * The story of a run: a job spec becomes a profile, an extract, a published data source and a report.
 *
 * Each stage is a job of its own: it may run in another worker, is retried by itself, and is not done again when this
 * run is taken over, or retried after it succeeded. Stages hand on references to artifacts, never content. A report is
 * written in success and in failure.
 */
export async function runJob(run: ActiveRun, services: RunJobServices): Promise<Report> {
  const { artifacts, logger, abandonedAfterMs, removesFiles } = services;
  const done: RunResults = {};
  try {
    const { source } = parseJobSpec(await artifacts.fetchJson(run.spec, { signal: run.signal }));

    const parsed = (done.parse = await run.stage('parse', {}));
    const extracted = (done.extract = await run.stage('extract', parsed));
    done.publish = await run.stage('publish', extracted);

    const needless = [ownSourceKey(run.runId, source), extracted.extract.key];
    return await keep(reportOf(run, done, { outcome: 'succeeded' }), removesFiles ? needless : []);
  } catch (error) {
    const reason = toErrorReport(run.signal.aborted ? run.signal.reason : error);
    if (goesOnElsewhere() || reason.code === 'RUN_STALE') throw error;
    const outcome = reason.code === 'RUN_CANCELLED' ? 'cancelled' : 'failed';
    return await keep(reportOf(run, done, { outcome, error: reason }));
  }

  /** Handed back or taken over: the run gets its report there. One that is out of time ends here. */
  function goesOnElsewhere(): boolean {
    return run.signal.aborted && toErrorReport(run.signal.reason).code !== 'RUN_TIMEOUT';
  }

  async function keep(report: Report, needless: readonly (string | undefined)[] = []): Promise<Report> {
    const folder = `runs/${run.runId}`;
    try {
      await artifacts.putJson(`${folder}/report.json`, report);
      await artifacts.removeParts(folder, ['source/', 'spec', 'parse/', 'extract/', 'report.json'], abandonedAfterMs);
      for (const key of needless) if (key !== undefined) await artifacts.delete(key);
    } catch (error) {
      // What was published stays published: the report stands in the run's record as well.
      if (goesOnElsewhere()) throw error;
      logger.warn({ runId: run.runId, err: error }, 'the artifacts of the run could not be put in order');
    }
    logger.info(
      { runId: run.runId, outcome: report.outcome, rows: report.rows, code: report.error?.code },
      'run reported',
    );
    return report;
  }
}

/** What the stages returned so far. */
interface RunResults {
  parse?: ParseResult;
  extract?: ExtractResult;
  publish?: PublishResult;
}

function reportOf(run: ActiveRun, done: RunResults, ending: Pick<Report, 'outcome' | 'error'>): Report {
  const { parse, extract, publish } = done;
  // Where it went, and no more: wishes of the target (project to be made, metadata) stand in the spec.
  const { connection, project, name, mode } = run.target;
  return {
    version: 1,
    runId: run.runId,
    ...ending,
    target: { connection, project, name, mode },
    submittedAt: run.submittedAt,
    endedAt: run.now().toISOString(),
    stages: [parse?.report, extract?.report, publish?.report, run.failedStage()].filter((stage) => stage !== undefined),
    ...(extract === undefined ? {} : { rows: extract.rows, extractBytes: extract.extract.sizeBytes }),
    ...(publish === undefined ? {} : { published: publish.published }),
  };
}
