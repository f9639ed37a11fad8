import { z } from 'zod';

import { columnTypeSchema } from './column-type.ts';

/** How a CSV is written. */
export const dialectSchema = z.strictObject({
  delimiter: z.string().min(1),
  /** One character, or null when quoting is not used. */
  quote: z.string().length(1).nullable(),
  escape: z.string().length(1).nullable(),
  newline: z.enum(['\n', '\r\n', '\r', 'mixed']),
  headerRows: z.int().min(0),
  /** Records before the header that belong to no table; blank lines and comments are none. */
  skipRows: z.int().min(0),
  /** Records after the data that are not loaded: totals and notes. */
  footerRows: z.int().min(0).default(0),
});

export type Dialect = z.infer<typeof dialectSchema>;

export const columnProfileSchema = z.strictObject({
  /** Name in the extract: unique. */
  name: z.string(),
  /** Name in the source, when it differs. */
  sourceName: z.string().optional(),
  /** Position in the source, from 1. */
  position: z.int().min(1),
  type: columnTypeSchema,
  /** Why this type: one sentence with counts. */
  reason: z.string(),
  /** How the cells are written: id of a column kind of the pipeline, such as `decimal` or `dmy-date`. */
  kind: z.string(),
  /** Kinds of cells that occur and are read. */
  cellKinds: z.array(z.string()),
  /** Cells without a value, words for "no value" included where the type is not text. */
  nulls: z.int().min(0),
  /** Some of the nulls are words such as NA. */
  hasNullTokens: z.boolean(),
  /** Cells that don't fit the type. */
  rejects: z.int().min(0),
  maxBytes: z.int().min(0).optional(),
  /**
   * Cells of each kind, where all of them were counted: `integer`, `iso-date`, `null`, `null-token`, … Of a long file's
   * text only `other` and `null`.
   */
  counts: z.record(z.string(), z.int().min(0)).optional(),
  /** Words for "no value" as they are written, and how often they occur in the rows that were looked at one by one: the first MiB. */
  nullTokens: z.record(z.string(), z.int().min(1)).optional(),
  /** Of numbers: most digits before and after the decimal point, where all were counted. */
  integerDigits: z.int().min(0).optional(),
  fractionDigits: z.int().min(0).optional(),
  /** Cells of digits that begin with a zero which a number would lose, where all were counted. */
  leadingZeros: z.int().min(0).optional(),
  /** SQL by which the engine makes the value from the cell `c0`, `c1`, …, null tokens apart; to look at: the extract stage writes its own. */
  load: z.string().optional(),
});

export type ColumnProfile = z.infer<typeof columnProfileSchema>;

/** Identity of the bytes that were read. */
export const sourceIdentitySchema = z.strictObject({
  name: z.string(),
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  modifiedAt: z.iso.datetime().optional(),
});

export type SourceIdentity = z.infer<typeof sourceIdentitySchema>;

/** What the parse stage found out: `profile.json`. */
export const profileSchema = z.strictObject({
  version: z.literal(1),
  source: sourceIdentitySchema,
  encoding: z.string(),
  /** 0 to 1: how sure the encoding is. */
  encodingConfidence: z.number().min(0).max(1).default(1),
  dialect: dialectSchema,
  /** 0 to 1: how sure the dialect is. */
  confidence: z.number().min(0).max(1),
  /** Data records in the source, malformed ones included; a footer is none. */
  rowCount: z.int().min(0),
  /** Records that can't be loaded as they stand: another number of cells, a quote never closed. */
  malformed: z.int().min(0).default(0),
  /** Who splits the file into records: the engine itself, our splitter that sets malformed ones aside, or the text layer. */
  reading: z.enum(['engine', 'split', 'text']).default('engine'),
  /** Does one statement load all rows as they come, or are those that don't fit found and set aside on the way? */
  loading: z.enum(['direct', 'guarded']).optional(),
  /** The columns to load, in the order of the extract. */
  columns: z.array(columnProfileSchema),
  /** Number of columns in the source. */
  sourceColumnCount: z.int().min(1),
  /** All columns of the source, by their unique names: what a rejected record is written down under. */
  sourceColumns: z.array(z.string()).default([]),
  warnings: z.array(z.string()).default([]),
});

export type Profile = z.infer<typeof profileSchema>;
