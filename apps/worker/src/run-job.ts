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

export interface RunJobServices {
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
}

/**
 * The story of a run: a job spec becomes a profile, an extract, a published data source and a report.
 *
 * Each stage is a job of its own: it may run in another worker, is retried by itself, and is not done again when this
 * run is taken over or retried after it succeeded. The stages hand on references, never content. A report is written
 * in any case; a failure is thrown again after that, so that the run counts as failed.
 */
export async function runJob(run: ActiveRun, { artifacts, logger }: RunJobServices): Promise<Report> {
  let parsed: ParseResult | undefined;
  let extracted: ExtractResult | undefined;
  let published: PublishResult | undefined;

  const report = (ending: Pick<Report, 'outcome' | 'error'>): Report => ({
    version: 1,
    runId: run.runId,
    ...ending,
    target: run.target,
    submittedAt: run.submittedAt,
    endedAt: new Date().toISOString(),
    stages: [parsed, extracted, published].flatMap((result) => (result === undefined ? [] : [result.report])),
    ...(extracted === undefined ? {} : { rows: extracted.rows, extractBytes: extracted.extract.sizeBytes }),
    ...(published === undefined ? {} : { published: published.published }),
  });

  try {
    parseJobSpec(await artifacts.fetchJson(run.spec, { signal: run.signal }));

    parsed = await run.stage('parse', {});
    extracted = await run.stage('extract', { profile: parsed.profile });
    published = await run.stage('publish', { extract: extracted.extract });

    return await keep(report({ outcome: 'succeeded' }));
  } catch (error) {
    const reason = toErrorReport(error);
    // A hand-back or a lost lease ends nothing: the run goes on elsewhere and will have its report there.
    if (run.endsWith(error)) await keep(report({ outcome: run.cancelled ? 'cancelled' : 'failed', error: reason }));
    throw error;
  }

  async function keep(ended: Report): Promise<Report> {
    await artifacts.putJson(`runs/${run.runId}/report.json`, ended);
    logger.info({ runId: run.runId, outcome: ended.outcome, rows: ended.rows, code: ended.error?.code }, 'run ended');
    return ended;
  }
}
