import {
  artifactRefSchema,
  extractResultSchema,
  parseResultSchema,
  publishResultSchema,
  SPEC_VERSION,
  type Stage,
  stageSchema,
  type Target,
} from '@hyperferry/schema';
import { z } from 'zod';

import { QueueError } from '../errors.ts';
import { runIdSchema } from './run-id.ts';

/** Prefix of all queues; the hash tag keeps them in one slot of a Cluster. */
export const QUEUE_PREFIX = '{hf}';

/** Limit for the data of one job. */
export const MAX_JOB_BYTES = 16 * 1024;

/** What the board shows of a target: project, name and mode. For the eye only. */
const titleSchema = z.string().max(2000).optional();

/** Data of a job on `runs`: everything else stands in the run's record. */
export const runJobSchema = z.strictObject({
  v: z.literal(SPEC_VERSION),
  runId: runIdSchema,
  n: z.int().min(1),
  title: titleSchema,
});
export type RunJobData = z.infer<typeof runJobSchema>;

/** What each stage is given beside the spec. */
export const stageInputSchemas = {
  parse: z.strictObject({}),
  extract: parseResultSchema,
  publish: extractResultSchema,
} as const;
/** What each stage returns. */
export const stageResultSchemas = {
  parse: parseResultSchema,
  extract: extractResultSchema,
  publish: publishResultSchema,
} as const;
export type StageInputs = { [S in Stage]: z.infer<(typeof stageInputSchemas)[S]> };
export type StageResults = { [S in Stage]: z.infer<(typeof stageResultSchemas)[S]> };

/** Data of a job on `parse`, `extract` or `publish`. */
export const stageJobSchema = z.strictObject({
  v: z.literal(SPEC_VERSION),
  runId: runIdSchema,
  n: z.int().min(1),
  gen: z.int().min(1),
  stage: stageSchema,
  title: titleSchema,
  spec: artifactRefSchema,
  input: z.unknown(),
});
export type StageJobData = z.infer<typeof stageJobSchema>;

/**
 * Job data as read from Redis, where anybody may have put anything.
 * @throws {QueueError} JOB_DATA_INVALID, naming the fields but none of their values
 */
export function parseJobData<T extends z.ZodType>(schema: T, data: unknown, what: string): z.output<T> {
  const version = (data as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version !== SPEC_VERSION) {
    throw new QueueError(
      'SPEC_VERSION_UNKNOWN',
      `${what} has data version ${version}; this worker reads version ${SPEC_VERSION}`,
    );
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join('.') || '(whole)');
  throw new QueueError('JOB_DATA_INVALID', `${what} has wrong or missing fields: ${[...new Set(fields)].join(', ')}`, {
    cause: result.error,
  });
}

/** A target in one line for the board. */
export function titleOf(target: Pick<Target, 'project' | 'name' | 'mode'>): string {
  return `${target.project}/${target.name} (${target.mode})`;
}

/** The id of a run's job on `runs`: a new appointment gets a new id, for re-adding a finished id does nothing. */
export function runJobId({ runId, n }: { readonly runId: string; readonly n: number }): string {
  return `${runId}.${n}`;
}

/** The id of a stage's job: one for each generation, so that only a user's retry runs a failed stage again. */
export function stageJobId(data: { readonly runId: string; readonly gen: number; readonly stage: Stage }): string {
  return `${data.runId}.${data.gen}.${data.stage}`;
}
