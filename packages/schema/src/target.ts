import { z } from 'zod';

/** How a run changes its data source. `createOrOverwrite` is the default. */
export const publishModes = ['create', 'overwrite', 'createOrOverwrite', 'append', 'replace'] as const;
export const publishModeSchema = z.enum(publishModes);
export type PublishMode = z.infer<typeof publishModeSchema>;

/** A connection's name: its settings are `HYPERFERRY_CONNECTION_<NAME>_…` on the worker, with `-` written as `_`. */
export const connectionNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a connection name has lower-case letters, digits and -, and begins with a letter');

/** Where in Tableau the data goes. */
export const targetSchema = z.strictObject({
  connection: connectionNameSchema.default('default'),
  /** Path of the project, steps separated by `/`; a `/` inside a name is written `\/`. */
  project: z.string().trim().min(1).max(1024),
  /** Name of the data source, as users see it. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .refine((name) => !hasControlCharacter(name), 'a data source name has no control characters'),
  mode: publishModeSchema.default('createOrOverwrite'),
});

export type Target = z.infer<typeof targetSchema>;

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
