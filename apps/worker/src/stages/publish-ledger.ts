import type { StageJob } from '@hyperferry/queue';
import { publishModeSchema } from '@hyperferry/schema';
import { type EarlierIntent, publishedOf, type PublishLedger } from '@hyperferry/tableau';
import { z } from 'zod';

const intentSchema = z.object({
  runId: z.string(),
  mode: publishModeSchema,
  siteId: z.string(),
  projectId: z.string(),
  name: z.string(),
  before: z.object({ id: z.string(), updatedAt: z.string().optional() }).optional(),
  uploadSessionId: z.string(),
  sizeBytes: z.int().min(0),
  afterDoubt: z.boolean().optional(),
  writtenAt: z.string(),
  published: z.object({ datasourceId: z.string(), updatedAt: z.string().optional() }).optional(),
});

/** The ledger of one run's publishes, kept in the note of its publish stage: only the newest execution can write. */
export function createPublishLedger(note: StageJob['note']): PublishLedger {
  const read = async (): Promise<EarlierIntent | undefined> => {
    const found = await note.read();
    if (found === undefined) return undefined;
    return { ...intentSchema.parse(JSON.parse(found.text)), ageMs: found.ageMs } as EarlierIntent;
  };
  return {
    earlierIntent: read,
    recordIntent: (intent) => note.write(JSON.stringify(intent)),
    async recordOutcome(_runId, outcome) {
      const { ageMs: _, ...intent } = (await read()) ?? { ageMs: 0 };
      if (outcome.state === 'absent') await note.clear();
      else if ('runId' in intent) await note.write(JSON.stringify({ ...intent, published: publishedOf(outcome) }));
    },
  };
}
