import { z } from 'zod';

/** Everything that a test may scale. Sizes in bytes, times in milliseconds. */
export const limitsSchema = z.strictObject({
  /** Largest publish in a single request: above 413. */
  singleRequestBytes: z
    .int()
    .min(1)
    .default(64 * 1024 * 1024),
  /** Largest append to an upload session: above 400016. */
  appendBytes: z
    .int()
    .min(1)
    .default(64 * 1024 * 1024),
  /** Most appends of one upload session. */
  appendsPerUpload: z.int().min(1).default(1000),
  /** Largest payload of a data update: above 413. */
  patchPayloadBytes: z
    .int()
    .min(1)
    .default(100 * 1024 * 1024),
  /** Most constants in one condition of a data update: above, the job fails. */
  conditionConstants: z.int().min(1).default(15_000),
  /** Storage of a site; null is unlimited. */
  quotaBytes: z.int().min(0).nullable().default(null),
  /** A token not used for this long is dead. */
  sessionIdleMs: z
    .int()
    .min(1)
    .default(240 * 60_000),
  /** An upload session not used for this long is gone. */
  uploadIdleMs: z
    .int()
    .min(1)
    .default(24 * 3_600_000),
  /** A finished job is forgotten after this. */
  jobRetentionMs: z
    .int()
    .min(1)
    .default(24 * 3_600_000),
  /** Time of a job in the queue, and its shortest time at work. */
  jobQueueMs: z.int().min(0).default(20),
  jobRunMs: z.int().min(0).default(20),
  /** Extra time that each synchronous commit takes. */
  commitDelayMs: z.int().min(0).default(0),
  /** A RequestID is remembered for this long. */
  requestIdMs: z
    .int()
    .min(1)
    .default(24 * 3_600_000),
  /** A new object is absent from this many list calls. */
  listLagCalls: z.int().min(0).default(0),
});

export type Limits = z.infer<typeof limitsSchema>;
export type LimitsInput = z.input<typeof limitsSchema>;

export const defaultLimits: Limits = limitsSchema.parse({});
