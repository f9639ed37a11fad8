import { join } from 'node:path';

import {
  dataFolder,
  fleetEnvironmentSchema,
  readEnvironment,
  type RedisSettings,
  redisSettings,
} from '@hyperferry/schema';
import { z } from 'zod';

const environmentSchema = fleetEnvironmentSchema.extend({
  /** Port of the dashboard; 0 takes a free one. */
  HYPERFERRY_DASHBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /**
   * Address to listen on. Other than loopback only behind something that asks for a password: the dashboard has no
   * login of its own yet, so it wants HYPERFERRY_DASHBOARD_HOSTS then, the names under which that proxy is reached.
   */
  HYPERFERRY_DASHBOARD_ADDRESS: z.string().default('127.0.0.1'),
  /** Host headers to accept beside loopback, separated by commas. */
  HYPERFERRY_DASHBOARD_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ''),
    ),
});

export interface DashboardSettings {
  readonly redis: RedisSettings;
  readonly dataDir: string;
  readonly artifacts: string;
  readonly port: number;
  readonly address: string;
  readonly hosts: readonly string[];
  readonly logLevel: string;
}

/** The dashboard's settings from the environment. @throws {HyperferryError} CONFIG_INVALID */
export function readSettings(env: NodeJS.ProcessEnv = process.env): DashboardSettings {
  const values = readEnvironment(environmentSchema, env);
  const dataDir = dataFolder(values);
  return {
    redis: redisSettings(values),
    dataDir,
    artifacts: values.HYPERFERRY_ARTIFACTS ?? join(dataDir, 'artifacts'),
    port: values.HYPERFERRY_DASHBOARD_PORT,
    address: values.HYPERFERRY_DASHBOARD_ADDRESS,
    hosts: values.HYPERFERRY_DASHBOARD_HOSTS,
    logLevel: values.HYPERFERRY_LOG_LEVEL,
  };
}
