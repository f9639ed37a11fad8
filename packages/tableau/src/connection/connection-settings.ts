import { connectionNameSchema } from '@hyperferry/schema';
import { z } from 'zod';

import { baseUrlOf } from './server-url.ts';

const serverUrlSchema = z.string().transform((text, context) => {
  const url = baseUrlOf(text);
  if (url !== undefined) return url;
  context.addIssue({ code: 'custom', message: 'is not an http(s) address of a Tableau server' });
  return z.NEVER;
});

const credentialsSchema = z.discriminatedUnion('kind', [
  /** Personal access token: the usual way; one session for each token. */
  z.strictObject({ kind: z.literal('pat'), tokenName: z.string().min(1), tokenSecret: z.string().min(1) }),
  /** User and password: Tableau Server without MFA only. */
  z.strictObject({ kind: z.literal('password'), userName: z.string().min(1), password: z.string().min(1) }),
  /** Connected app with direct trust: a fresh JWT for each sign-in. */
  z.strictObject({
    kind: z.literal('jwt'),
    clientId: z.string().min(1),
    secretId: z.string().min(1),
    secretValue: z.string().min(1),
    userName: z.string().min(1),
  }),
]);

export type Credentials = z.infer<typeof credentialsSchema>;

/** Everything needed to talk to one Tableau site. Holds secrets: never log it, never put it into job data. */
export const connectionSettingsSchema = z.strictObject({
  name: connectionNameSchema,
  /** Base URL; whatever follows `/#/` is dropped, a path prefix of a reverse proxy is kept. */
  serverUrl: serverUrlSchema,
  /** The site's name in URLs; empty for the default site of a Tableau Server. */
  siteContentUrl: z.string().max(255).default(''),
  credentials: credentialsSchema,
  /** Pins the version of the REST API, e.g. `3.27`. Default: the newest that server and client both know. */
  apiVersion: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
  /** PEM certificates trusted beside the well-known ones. */
  ca: z.string().optional(),
  /** PEM client certificate and its key, where the server asks for one. */
  clientCert: z.string().optional(),
  clientKey: z.string().optional(),
  /** Proxy for this server, `http://[user:password@]host:port`. */
  proxyUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Accepts any certificate; logged as a warning. Default: false. */
  tlsInsecure: z.boolean().default(false),
});

export type ConnectionSettings = z.infer<typeof connectionSettingsSchema>;
export type ConnectionSettingsInput = z.input<typeof connectionSettingsSchema>;
