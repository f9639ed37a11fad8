import { z } from 'zod';

import { artifactRefSchema } from './artifact-ref.ts';
import { columnTypeSchema } from './column-type.ts';
import { HyperferryError } from './errors.ts';
import { dialectSchema } from './profile.ts';
import { targetSchema } from './target.ts';

/** The version of the job spec and of all job data. A worker refuses other versions. */
export const SPEC_VERSION = 1;

/** A file below HYPERFERRY_SOURCE_ROOTS of the worker. */
const fileSourceSchema = z.strictObject({
  kind: z.literal('file'),
  path: z
    .string()
    .min(1)
    .max(4096)
    .refine((path) => !path.includes('\0'), 'a path has no NUL character'),
});

/** A file that was streamed into the artifact store at submit. */
const artifactSourceSchema = z.strictObject({
  kind: z.literal('artifact'),
  /** The file's own name, for messages and the profile. */
  name: z.string().min(1).max(255),
  artifact: artifactRefSchema,
});

export const sourceSchema = z.discriminatedUnion('kind', [fileSourceSchema, artifactSourceSchema]);
export type Source = z.infer<typeof sourceSchema>;

const csvOverridesSchema = dialectSchema.partial().extend({
  encoding: z.string().min(1).max(40).optional(),
  /** Records at the end that are not loaded; `auto`, the default, leaves out what says that it is a total or a note. */
  footerRows: z.union([z.literal('auto'), z.int().min(0).max(10_000)]).optional(),
});

// In YAML `null` without quotes is no text.
const badValuesSchema = z.union([z.enum(['reject', 'null']), z.null().transform(() => 'null' as const)]);
/** What happens to rows with values that don't fit: one policy for all columns, or one each by name. */
export const badValuesByColumnSchema = z.union([badValuesSchema, z.record(z.string().min(1), badValuesSchema)], {
  error: 'must be reject or null, or one of them for each of some columns',
});
const dateOrderSchema = z.enum(['dmy', 'mdy', 'ymd']);
const decimalSchema = z.enum([',', '.']);

/** What to load and how: everything that decides the extract, nothing about Tableau. */
export const extractSpecSchema = z.strictObject({
  source: sourceSchema,
  /** Only these columns, in this order; all when absent. */
  columns: z.array(z.string().min(1)).min(1).max(16_384).optional(),
  /** Types given by column name; the others are inferred from the whole file. */
  types: z.record(z.string().min(1), columnTypeSchema).default({}),
  /** A source with a header and no rows is an error unless this is true. */
  allowEmpty: z.boolean().default(false),
  /** What happens to a row with a value that doesn't fit its column: the row is set aside, or the cell becomes NULL. Default: reject. */
  badValues: badValuesByColumnSchema.optional(),
  /**
   * Whether 01/02/2024 is in February or January, where nothing else in the column tells; by column name: the only order that
   * fits the column. Default: what other columns prove.
   */
  dateOrder: z.union([dateOrderSchema, z.record(z.string().min(1), dateOrderSchema)]).optional(),
  /** The decimal point where 1.234 or 1,234 reads two ways; by column name: the only one that fits the column. */
  decimal: z.union([decimalSchema, z.record(z.string().min(1), decimalSchema)]).optional(),
  /** How the file is written, where that is known better than it can be detected. */
  csv: csvOverridesSchema.optional(),
  /** What happens to a row with too few or too many cells. Default: reject. */
  ragged: z.enum(['reject', 'pad', 'fail']).optional(),
});

export type ExtractSpec = z.infer<typeof extractSpecSchema>;

/** One publish job, as written in a file, by the CLI, over HTTP or in TypeScript. Unknown keys are errors. */
export const jobSpecSchema = extractSpecSchema.extend({
  version: z.literal(SPEC_VERSION).default(SPEC_VERSION),
  target: targetSchema,
  /** After a failure: `continue` with the target's next run, or `hold` the line. Default: hold for modes that add or change rows. */
  onFailure: z.enum(['continue', 'hold']).optional(),
  /** Lower runs first, among different targets only; 1 to 1000. */
  priority: z.int().min(1).max(1000).default(100),
});

export type JobSpec = z.infer<typeof jobSpecSchema>;
/** A job spec as a user writes it, defaults left out. */
export type JobSpecInput = z.input<typeof jobSpecSchema>;

/**
 * A job spec as a file for the command line: what is not in it, source and target or parts of it, the arguments say.
 */
export const specFileSchema = jobSpecSchema.extend({
  source: fileSourceSchema.optional(),
  target: targetSchema.partial().optional(),
});

export type SpecFile = z.infer<typeof specFileSchema>;

/** @throws {HyperferryError} SPEC_INVALID naming every wrong field, SPEC_VERSION_UNKNOWN */
export function parseJobSpec(input: unknown): JobSpec {
  checkVersion(input, 'job spec');
  return parseWith(jobSpecSchema, input, 'job spec');
}

/** @throws {HyperferryError} SPEC_INVALID naming the file and every wrong field, SPEC_VERSION_UNKNOWN */
export function parseSpecFile(input: unknown, path: string): SpecFile {
  checkVersion(input, `job spec "${path}"`);
  return parseWith(specFileSchema, input ?? {}, `job spec "${path}"`);
}

function checkVersion(input: unknown, what: string): void {
  const version = (input as { version?: unknown } | null | undefined)?.version;
  if (version === undefined || version === SPEC_VERSION) return;
  throw new HyperferryError(
    'SPEC_VERSION_UNKNOWN',
    `${what} has version ${JSON.stringify(version)}; this hyperferry reads version ${SPEC_VERSION}`,
  );
}

/** Parses with a schema; a failure becomes SPEC_INVALID with one line for each wrong field. */
export function parseWith<T extends z.ZodType>(schema: T, input: unknown, what: string): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const text = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new HyperferryError('SPEC_INVALID', `${what} is not valid: ${text}`, {
    details: { issues },
    cause: result.error,
  });
}
