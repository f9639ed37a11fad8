import { artifactRefSchema, errorReportSchema, reportSchema, targetSchema } from '@hyperferry/schema';
import { z } from 'zod';

/** The states of a run. `held` stops its line until an operator releases or skips it; the last four are ends. */
export const runStates = ['waiting', 'running', 'held', 'succeeded', 'failed', 'cancelled', 'superseded'] as const;
export const runStateSchema = z.enum(runStates);
export type RunState = z.infer<typeof runStateSchema>;

/** True when the run has left its line for good (a user's retry apart). */
export function isEnded(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'superseded';
}

/** The server and site behind a connection's name; with project and name it decides the line. */
export const tableauSiteSchema = z.strictObject({ url: z.string().min(1).max(2048), site: z.string().max(255) });
export type TableauSite = z.infer<typeof tableauSiteSchema>;

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
const count = z.coerce.number().int().min(0);

/** A run's record as it stands in Redis. */
export const runRecordSchema = z.object({
  v: count,
  line: z.string(),
  state: runStateSchema,
  mode: z.string(),
  gen: count,
  n: count,
  first: count,
  fence: z.string().default(''),
  intent: z.string().default(''),
  cancel: z.string().default(''),
  priority: count,
  onFailure: z.enum(['continue', 'hold']),
  target: json(targetSchema),
  server: json(tableauSiteSchema),
  spec: json(artifactRefSchema),
  submittedAt: count,
  startedAt: count.optional(),
  endedAt: count.optional(),
  error: json(errorReportSchema).optional(),
  report: json(reportSchema).optional(),
  supersededBy: z.string().optional(),
  supersedes: json(z.array(z.string())).optional(),
  healedBy: z.string().optional(),
  'r:parse': json(z.unknown()).optional(),
  'r:extract': json(z.unknown()).optional(),
  'r:publish': json(z.unknown()).optional(),
  'e:parse': z.string().optional(),
  'e:extract': z.string().optional(),
  'e:publish': z.string().optional(),
  progress: json(z.unknown()).optional(),
});

export type RunRecord = z.infer<typeof runRecordSchema>;

/** A flat HGETALL reply (inside a script's answer) as an object. */
export function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  return fields;
}
