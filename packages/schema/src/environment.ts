import { homedir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { HyperferryError } from './errors.ts';

/** Environment variables that every program of a fleet reads; each app adds its own. */
export const fleetEnvironmentSchema = z.object({
  /**
   * The Redis (or Valkey) of the fleet: `redis://`, `rediss://`, `unix:///path`, `redis-cluster://a:6379,b:6379`,
   * `redis-sentinel://a:26379,b:26379/NAME`. A private one is used when absent.
   */
  REDIS_URL: z
    .string()
    .regex(/^(?:rediss?(?:-cluster|-sentinel)?|unix):\/\/./, 'no Redis URL')
    .optional(),
  /** File with the password for Redis: instead of one in `REDIS_URL`. */
  HYPERFERRY_REDIS_PASSWORD_FILE: z.string().min(1).optional(),
  /** PEM file with the certificates of private authorities, for `rediss://`. */
  HYPERFERRY_REDIS_CA_FILE: z.string().min(1).optional(),
  /** PEM files with certificate and key of this client, for servers that want one. */
  HYPERFERRY_REDIS_CERT_FILE: z.string().min(1).optional(),
  HYPERFERRY_REDIS_KEY_FILE: z.string().min(1).optional(),
  /** How to sign in to the sentinels themselves, where they want it. */
  HYPERFERRY_REDIS_SENTINEL_USER: z.string().min(1).optional(),
  HYPERFERRY_REDIS_SENTINEL_PASSWORD_FILE: z.string().min(1).optional(),
  /** Folder for the private Redis and local artifacts. Default: `$XDG_DATA_HOME/hyperferry` or `~/.local/share/hyperferry`. */
  HYPERFERRY_DATA: z.string().min(1).optional(),
  /** The artifact store: a folder, `file:///folder` that all hosts mount, or `s3://bucket/prefix`. Default: `artifacts` in the data folder. */
  HYPERFERRY_ARTIFACTS: z.string().min(1).optional(),
  HYPERFERRY_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  XDG_DATA_HOME: z.string().optional(),
});

/** A positive number in an environment variable. */
export const positiveIntVariable = z.coerce.number().int().min(1);

/**
 * Checks environment variables by a schema. Empty variables count as absent; others than the schema's are ignored.
 * @throws {HyperferryError} CONFIG_INVALID naming each wrong variable, never its value
 */
export function readEnvironment<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new HyperferryError('CONFIG_INVALID', `environment is not valid: ${issues.join('; ')}`, {
    details: { variables: result.error.issues.map(({ path }) => path.join('.')) },
  });
}

/** Where the programs of this machine keep their data. */
export function dataFolder(env: { HYPERFERRY_DATA?: string | undefined; XDG_DATA_HOME?: string | undefined }): string {
  return env.HYPERFERRY_DATA ?? join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'hyperferry');
}

/** How the programs of a fleet reach their Redis. Secrets are in files, which are read when it is connected. */
export interface RedisSettings {
  /** Undefined for the private one of the data folder. */
  readonly url: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly sentinelUser?: string | undefined;
  readonly sentinelPasswordFile?: string | undefined;
}

/** The variables that say where Redis is. */
export function redisSettings(values: z.output<typeof fleetEnvironmentSchema>): RedisSettings {
  return {
    url: values.REDIS_URL,
    passwordFile: values.HYPERFERRY_REDIS_PASSWORD_FILE,
    caFile: values.HYPERFERRY_REDIS_CA_FILE,
    certFile: values.HYPERFERRY_REDIS_CERT_FILE,
    keyFile: values.HYPERFERRY_REDIS_KEY_FILE,
    sentinelUser: values.HYPERFERRY_REDIS_SENTINEL_USER,
    sentinelPasswordFile: values.HYPERFERRY_REDIS_SENTINEL_PASSWORD_FILE,
  };
}
