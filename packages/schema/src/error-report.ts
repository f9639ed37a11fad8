import { z } from 'zod';

import type { ErrorCode } from './error-codes.ts';
import { HyperferryError } from './errors.ts';

/** An error as it travels: in a report, in job data, over HTTP, in `--json` output. */
export const errorReportSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.unknown()),
});

export type ErrorReport = z.infer<typeof errorReportSchema>;

/** The reverse of `toErrorReport`: used where a stage's failure comes back from the queue. */
export function fromErrorReport(report: ErrorReport): HyperferryError {
  return new HyperferryError(report.code as ErrorCode, report.message, { details: report.details });
}
