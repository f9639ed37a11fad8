import { z } from 'zod';

import { stageSchema } from './report.ts';

/** Live progress of a run: small, complete by itself, the newest replaces older ones. */
export const runProgressSchema = z.strictObject({
  stage: stageSchema,
  state: z.enum(['started', 'running', 'done', 'failed']),
  /** Rows handled so far by this stage. */
  rows: z.int().min(0).optional(),
  /** Bytes handled so far by this stage, and their total when known. */
  bytes: z.int().min(0).optional(),
  totalBytes: z.int().min(0).optional(),
  /** How fast it goes now; of a stage that is done, how fast it went. */
  rowsPerSecond: z.int().min(0).optional(),
  bytesPerSecond: z.int().min(0).optional(),
  /** Milliseconds since the stage began. */
  elapsedMs: z.number().min(0).optional(),
  note: z.string().max(500).optional(),
});

export type RunProgress = z.infer<typeof runProgressSchema>;
