import { parse } from '@hyperferry/pipeline';
import type { StageJob } from '@hyperferry/queue';
import type { ParseResult } from '@hyperferry/schema';

import { localSource } from './local-source.ts';
import { inStage, type StageServices } from './stage-services.ts';

/** The parse stage: reads the whole source and keeps what it found as `profile.json`. */
export function parseStage(services: StageServices) {
  return (job: StageJob<'parse'>): Promise<ParseResult> =>
    inStage(job, 'parse', services, async ({ spec, context, report }) => {
      const file = await localSource(spec.source, services, context.scratchDir, job.signal);
      const engine = await services.engine(job.signal);
      const profile = await parse({ spec, file }, { ...context, engine });
      const kept = await services.artifacts.putJson(`runs/${job.runId}/parse/profile.json`, profile, {
        signal: job.signal,
      });
      return { report: report(), profile: kept };
    });
}
