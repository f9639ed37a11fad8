import { join } from 'node:path';

import {
  dataFolder,
  fleetEnvironmentSchema,
  readEnvironment,
  type RedisSettings,
  redisSettings,
} from '@hyperferry/schema';

export interface ProducerSettings {
  readonly redis: RedisSettings;
  readonly dataDir: string;
  readonly artifacts: string;
  /** The whole environment, for what is looked up by name: the engine's path, connections. */
  readonly env: NodeJS.ProcessEnv;
}

/** The producer's settings from the environment. @throws {HyperferryError} CONFIG_INVALID */
export function readSettings(env: NodeJS.ProcessEnv = process.env): ProducerSettings {
  const values = readEnvironment(fleetEnvironmentSchema, env);
  const dataDir = dataFolder(values);
  return {
    redis: redisSettings(values),
    dataDir,
    artifacts: values.HYPERFERRY_ARTIFACTS ?? join(dataDir, 'artifacts'),
    env,
  };
}
