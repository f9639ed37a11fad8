import { z } from 'zod';

/** A file in the artifact store. Travels in job data instead of a path; the reader checks size and hash. */
export const artifactRefSchema = z.strictObject({
  /** `runs/<runId>/<stage>/<name>`; no `..`, no leading slash. */
  key: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/)
    .refine((key) => !key.split('/').some((part) => /^\.+$/.test(part))),
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type ArtifactRef = z.infer<typeof artifactRefSchema>;
