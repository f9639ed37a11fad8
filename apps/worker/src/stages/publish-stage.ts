import { join } from 'node:path';

import { publish } from '@hyperferry/pipeline';
import type { StageJob } from '@hyperferry/queue';
import type { PublishResult } from '@hyperferry/schema';

import { createPublishLedger } from './publish-ledger.ts';
import { inStage, type StageServices } from './stage-services.ts';

/** The publish stage: sends the extract to Tableau. The queue's `confirm` stands before the irreversible request. */
export function publishStage(services: StageServices) {
  return (job: StageJob<'publish'>): Promise<PublishResult> =>
    inStage(job, 'publish', services, async ({ spec, context, report }) => {
      const client = await services.tableau(spec.target.connection, job.signal);
      const copyPath = join(context.scratchDir, 'extract.hyper');
      const extractPath = await services.artifacts.openFile(job.input.extract, copyPath, job);
      const published = await publish(
        {
          extractPath,
          sizeBytes: job.input.extract.sizeBytes,
          target: spec.target,
          inheritedIntent: job.inheritedIntent,
          publishedSince: job.publishedSince,
        },
        {
          ...context,
          client,
          lookForMs: services.lookForMs,
          ledger: createPublishLedger(job.note),
          confirm: async () => void (await job.confirm()),
          settle: () => job.settle(),
        },
      );
      return { report: report(), published };
    });
}
