import { z } from 'zod';

/** How a run changes its data source. `createOrOverwrite` is the default. */
export const publishModes = ['create', 'overwrite', 'createOrOverwrite', 'append', 'replace'] as const;
export const publishModeSchema = z.enum(publishModes);
export type PublishMode = z.infer<typeof publishModeSchema>;

/** A connection's name: its settings are `HYPERFERRY_CONNECTION_<NAME>_…` on the worker, with `-` written as `_`. */
export const connectionNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a connection name has lower-case letters, digits and -, and begins with a letter');

/** What is said about the data source; whatever is not given here is kept when the data source is overwritten. */
export const metadataSchema = z.strictObject({
  description: z.string().max(4000).optional(),
  /** All tags; an empty list removes them. */
  tags: z.array(z.string().trim().min(1).max(200)).max(100).optional(),
  certified: z.boolean().optional(),
  certificationNote: z.string().max(1000).optional(),
  /** User name of the owner. */
  owner: z.string().min(1).max(255).optional(),
});
export type Metadata = z.infer<typeof metadataSchema>;

/** Work on the server that depends on the data source, by the id that Tableau gave it. */
export const downstreamSchema = z.strictObject({
  kind: z.enum(['refresh', 'task', 'flow']),
  /** Id of the data source to refresh, of the extract task, or of the flow. */
  id: z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'an id of Tableau is a GUID'),
});
export type Downstream = z.infer<typeof downstreamSchema>;

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
  /** Creates the steps of the project path that don't exist yet. Default: false. */
  createProject: z.boolean().optional(),
  metadata: metadataSchema.optional(),
  /** What the server runs after a publish that went well, in this order. */
  downstream: z.array(downstreamSchema).max(20).optional(),
});

export type Target = z.infer<typeof targetSchema>;

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
