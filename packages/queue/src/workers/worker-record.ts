import { stageSchema } from '@hyperferry/schema';
import { z } from 'zod';

const counts = z.object({
  runs: z.int().min(0),
  parse: z.int().min(0),
  extract: z.int().min(0),
  publish: z.int().min(0),
});

/** What a machine may have too little of. */
export const resourceSchema = z.enum(['disk', 'memory']);
export type Resource = z.infer<typeof resourceSchema>;

/** What a worker says about itself. One of a newer version may say more. */
export const workerRecordSchema = z.object({
  /** `<host>:<pid>`, or what the worker was named. */
  name: z.string().min(1).max(255),
  host: z.string(),
  pid: z.int().min(1),
  /** Version of the worker's program. */
  version: z.string(),
  /** Version of the job data that it reads and writes. */
  specVersion: z.int().min(1),
  startedAt: z.iso.datetime(),
  /** How many jobs of each queue it does at once. */
  concurrency: counts,
  /** True while it takes no more jobs because it stops. */
  stopping: z.boolean(),
  /** What it has too little of: it begins no stage that needs it until there is more. */
  shortOf: z.array(resourceSchema).default([]),
});
export type WorkerRecord = z.infer<typeof workerRecordSchema>;

/** A job that a worker does at the moment. */
export const workerJobSchema = z.strictObject({
  queue: z.union([z.literal('runs'), stageSchema]),
  runId: z.string(),
  since: z.iso.datetime().optional(),
});
export type WorkerJob = z.infer<typeof workerJobSchema>;

/** When each worker was heard of last: name → ms of the server's clock. */
export const workersKey = '{hf}:workers';

/** The key of a worker's record. */
export function workerKey(name: string): string {
  return `{hf}:worker:${name}`;
}

/** How often workers tell that they live. */
export const heartbeatMs = 3000;

/** A worker that was not heard of for this long has died or lost the network. */
export const lostAfterMs = 15_000;

/** Lost workers are listed for this long. */
export const forgottenAfterMs = 24 * 3600 * 1000;
