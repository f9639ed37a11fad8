import { parse } from '@hyperferry/pipeline';
import type { StageJob } from '@hyperferry/queue';
import type { ParseResult, SourceIdentity } from '@hyperferry/schema';

import { localSource } from './local-source.ts';
import { inStage, type StageServices } from './stage-services.ts';

/** The parse stage: reads the whole source and keeps what it found as `profile.json`. */
export function parseStage(services: StageServices) {
  return (job: StageJob<'parse'>): Promise<ParseResult> =>
    inStage(job, 'parse', services, async ({ spec, context, report }) => {
      const file = await localSource(spec.source, services, context.scratchDir, job.signal);
      const found = await parse({ spec, file }, { ...context, engine: services.engine });
      const profile = spec.source.kind === 'artifact' ? { ...found, source: byHash(found.source) } : found;
      const kept = await services.artifacts.putJson(`runs/${job.runId}/parse/profile.json`, profile, {
        signal: job.signal,
      });
      return { report: report(), profile: kept };
    });
}

/** An artifact is checked by its hash each time; its file may be a copy, or submitted once more, with a time of its own. */
function byHash({ name, sizeBytes, sha256 }: SourceIdentity): SourceIdentity {
  return { name, sizeBytes, sha256 };
}
