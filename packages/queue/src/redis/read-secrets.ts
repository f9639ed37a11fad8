import { readFile } from 'node:fs/promises';

import type { RedisSettings } from '@hyperferry/schema';

import { QueueError } from '../errors.ts';

/** What a URL doesn't say about the way to Redis. */
export interface RedisSecrets {
  /** Goes before the password of the URL. */
  readonly password?: string;
  /** Certificates of private authorities, trusted beside the well-known ones, as PEM. */
  readonly ca?: string;
  /** Certificate and key of this client, as PEM: for servers that want one. */
  readonly cert?: string;
  readonly key?: string;
  /** How to sign in to the sentinels; the user of the URL is that of the servers. */
  readonly sentinelUser?: string;
  readonly sentinelPassword?: string;
}

/** Reads the files that the settings name. @throws {QueueError} CONFIG_INVALID naming the variable of a file that can't be read */
export async function readRedisSecrets(settings: RedisSettings): Promise<RedisSecrets> {
  const { sentinelUser } = settings;
  const [ca, cert, key, password, sentinelPassword] = await Promise.all([
    read('HYPERFERRY_REDIS_CA_FILE', settings.caFile),
    read('HYPERFERRY_REDIS_CERT_FILE', settings.certFile),
    read('HYPERFERRY_REDIS_KEY_FILE', settings.keyFile),
    read('HYPERFERRY_REDIS_PASSWORD_FILE', settings.passwordFile),
    read('HYPERFERRY_REDIS_SENTINEL_PASSWORD_FILE', settings.sentinelPasswordFile),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(password === undefined ? {} : { password }),
    ...(sentinelUser === undefined ? {} : { sentinelUser }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
}

async function read(variable: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new QueueError('CONFIG_INVALID', `${variable}: the file ${path} can't be read`, { cause: error });
  }
}
