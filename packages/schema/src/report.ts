import { z } from 'zod';

import { artifactRefSchema } from './artifact-ref.ts';
import { errorReportSchema } from './error-report.ts';
import { publishModeSchema } from './target.ts';

export const stages = ['parse', 'extract', 'publish'] as const;
export const stageSchema = z.enum(stages);
export type Stage = z.infer<typeof stageSchema>;

/** Row accounting: `read = loaded + rejected + filtered`, always. */
export const rowCountsSchema = z.strictObject({
  read: z.int().min(0),
  loaded: z.int().min(0),
  rejected: z.int().min(0),
  filtered: z.int().min(0),
});

export type RowCounts = z.infer<typeof rowCountsSchema>;

/** What one stage did: one that returned a result, or the one that ended the run. */
export const stageReportSchema = z.strictObject({
  stage: stageSchema,
  /** Of its last attempt. */
  startedAt: z.iso.datetime(),
  durationMs: z.number().min(0),
  attempts: z.int().min(1),
  /** Absent: it is done. */
  outcome: z.enum(['failed', 'cancelled']).optional(),
});

export type StageReport = z.infer<typeof stageReportSchema>;

export const publishedDatasourceSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  projectId: z.string(),
  projectPath: z.string(),
  contentUrl: z.string().optional(),
  webpageUrl: z.string().optional(),
  updatedAt: z.string().optional(),
  /** What was done: a new data source, or new content for an old one. */
  action: z.enum(['created', 'overwritten', 'appended', 'replaced']),
  bytes: z.int().min(0),
  chunks: z.int().min(0),
  /** Metadata that was set, or set again because overwriting had dropped it. */
  metadata: z.array(z.string()).optional(),
  /** What ran afterwards; a failure there doesn't fail the publish. */
  downstream: z
    .array(
      z.strictObject({
        kind: z.string(),
        id: z.string(),
        state: z.enum(['started', 'alreadyQueued', 'failed']),
        jobId: z.string().optional(),
        error: z.string().optional(),
      }),
    )
    .optional(),
  /** What went well enough, but should be known. */
  warnings: z.array(z.string()).optional(),
});

export type PublishedDatasource = z.infer<typeof publishedDatasourceSchema>;

/** Result of the parse stage, as it travels between stages. */
export const parseResultSchema = z.strictObject({
  report: stageReportSchema,
  profile: artifactRefSchema,
});
export type ParseResult = z.infer<typeof parseResultSchema>;

/** Result of the extract stage. */
export const extractResultSchema = z.strictObject({
  report: stageReportSchema,
  extract: artifactRefSchema,
  rejects: artifactRefSchema.optional(),
  rows: rowCountsSchema,
  columns: z.int().min(1),
});
export type ExtractResult = z.infer<typeof extractResultSchema>;

/** Result of the publish stage. */
export const publishResultSchema = z.strictObject({
  report: stageReportSchema,
  published: publishedDatasourceSchema,
});
export type PublishResult = z.infer<typeof publishResultSchema>;

export const runOutcomes = ['succeeded', 'failed', 'cancelled', 'superseded'] as const;

/** `report.json`: written when a run ends, in success and in failure. */
export const reportSchema = z.strictObject({
  version: z.literal(1),
  runId: z.string(),
  outcome: z.enum(runOutcomes),
  target: z.strictObject({ connection: z.string(), project: z.string(), name: z.string(), mode: publishModeSchema }),
  submittedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  stages: z.array(stageReportSchema),
  rows: rowCountsSchema.optional(),
  extractBytes: z.int().min(0).optional(),
  published: publishedDatasourceSchema.optional(),
  error: errorReportSchema.optional(),
});

export type Report = z.infer<typeof reportSchema>;
