import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { extract } from '@hyperferry/pipeline';
import type { StageJob } from '@hyperferry/queue';
import { type ExtractResult, parseWith, profileSchema } from '@hyperferry/schema';

import { localSource } from './local-source.ts';
import { inStage, type StageServices } from './stage-services.ts';

/** The extract stage: builds the `.hyper` by the profile and keeps it, with the rejected rows if there are any. */
export function extractStage(services: StageServices) {
  return (job: StageJob<'extract'>): Promise<ExtractResult> =>
    inStage(job, 'extract', services, async ({ spec, context, report }) => {
      const { artifacts } = services;
      const profile = parseWith(profileSchema, await artifacts.fetchJson(job.input.profile, job), 'profile');
      const file = await localSource(spec.source, services, context.scratchDir, job.signal);
      const outPath = join(context.scratchDir, 'extract.hyper');
      const rejectsPath = join(context.scratchDir, 'rejects.csv');
      const built = await extract(
        { spec, file, profile, outPath, rejectsPath },
        { ...context, engine: services.engine },
      );
      // No two extracts have the same bytes: one of an execution that was taken over must not replace the one referred to.
      const key = `runs/${job.runId}/extract/extract-${randomUUID().slice(0, 8)}.hyper`;
      const kept = await artifacts.putFile(key, outPath, job);
      const rejects =
        built.rejectsPath !== undefined
          ? { rejects: await artifacts.putFile(`runs/${job.runId}/extract/rejects.csv`, built.rejectsPath, job) }
          : {};
      return { report: report(), extract: kept, ...rejects, rows: built.rows, columns: built.columns };
    });
}
