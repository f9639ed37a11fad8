import { cpus, hostname } from 'node:os';
import { delimiter, join } from 'node:path';

import type { Deadlines, StartConsumersOptions } from '@hyperferry/queue';
import {
  dataFolder,
  fleetEnvironmentSchema,
  positiveIntVariable,
  readEnvironment,
  type RedisSettings,
  redisSettings,
} from '@hyperferry/schema';
import { z } from 'zod';

import type { SweepRules } from './artifacts/sweep-run.ts';
import type { ResourceFloors } from './resources/resource-watch.ts';

/** A size such as `500m` or `2g`, in bytes; a plain number means bytes. */
const sizeVariable = z
  .string()
  .regex(/^\d+[kmg]?$/i, 'no size such as 500m or 2g')
  .transform((text) => Number.parseInt(text, 10) * 1024 ** Math.max(0, ' kmg'.indexOf(text.slice(-1).toLowerCase())));

/** A time limit in seconds; 0 means none. Node's timers end at 24 days. */
const deadlineVariable = z.coerce.number().int().min(0).max(2_000_000);

const environmentSchema = fleetEnvironmentSchema.extend({
  /** Name of the host whose folders this worker sees: containers that mount the same ones may share it. Default: the system's. */
  HYPERFERRY_HOST: z
    .string()
    .regex(/^[\w.-]{1,200}$/, 'letters, digits, - . and _')
    .optional(),
  /** How many runs this worker coordinates at once: cheap, they only wait. */
  HYPERFERRY_RUNS_CONCURRENCY: positiveIntVariable.default(100),
  /** Files this worker profiles at once. Default: half the cores, at least 1. */
  HYPERFERRY_PARSE_CONCURRENCY: positiveIntVariable.optional(),
  /** Extracts this worker builds at once. Default: half the cores, at least 1. */
  HYPERFERRY_EXTRACT_CONCURRENCY: positiveIntVariable.optional(),
  /** Uploads of this worker at once. */
  HYPERFERRY_PUBLISH_CONCURRENCY: positiveIntVariable.default(4),
  /** Files profiled, extracts built and uploads at once by all workers of the fleet together. Default: no limit. */
  HYPERFERRY_GLOBAL_PARSE_CONCURRENCY: positiveIntVariable.optional(),
  HYPERFERRY_GLOBAL_EXTRACT_CONCURRENCY: positiveIntVariable.optional(),
  HYPERFERRY_GLOBAL_PUBLISH_CONCURRENCY: positiveIntVariable.optional(),
  /** How long one execution of a stage may take, in seconds; 0: any time. */
  HYPERFERRY_PARSE_DEADLINE_SECONDS: deadlineVariable.default(7200),
  HYPERFERRY_EXTRACT_DEADLINE_SECONDS: deadlineVariable.default(7200),
  HYPERFERRY_PUBLISH_DEADLINE_SECONDS: deadlineVariable.default(7200),
  /** How long a run may take from its first start on, in seconds; 0: any time. */
  HYPERFERRY_RUN_DEADLINE_SECONDS: deadlineVariable.default(86_400),
  /** Folders from which specs may read files, separated like PATH. None by default. */
  HYPERFERRY_SOURCE_ROOTS: z.string().default(''),
  /** Time for running stages to end after SIGTERM, in seconds. */
  HYPERFERRY_GRACE_SECONDS: positiveIntVariable.default(30),
  /** How often a stage is tried when it fails with an error that may pass. */
  HYPERFERRY_STAGE_ATTEMPTS: positiveIntVariable.default(4),
  /** Pause before the second attempt, in milliseconds; it doubles with each further one. */
  HYPERFERRY_RETRY_DELAY_MS: positiveIntVariable.default(2000),
  /** How long the published state is watched after the answer to a publish was lost, in milliseconds. */
  HYPERFERRY_LOOK_MS: positiveIntVariable.default(60_000),
  /** How long a job stays with a worker that says nothing, in milliseconds. */
  HYPERFERRY_LOCK_MS: positiveIntVariable.min(1000).default(60_000),
  /** How often workers look for jobs of workers that say nothing, in milliseconds. */
  HYPERFERRY_STALLED_CHECK_MS: positiveIntVariable.default(15_000),
  /** How often a stage may lose its worker before it fails. */
  HYPERFERRY_MAX_STALLS: positiveIntVariable.default(10),
  /** How long source and extract of a run that succeeded are kept, in hours; 0: removed at its end. */
  HYPERFERRY_KEEP_FILES_HOURS: z.coerce.number().min(0).max(8760).default(0),
  /** How long records, reports and keys of ended runs are kept, in days. The same for all workers. */
  HYPERFERRY_KEEP_RUNS_DAYS: positiveIntVariable.max(3650).default(14),
  /** So long after its end what a run left in the artifact store is removed, in milliseconds. */
  HYPERFERRY_SWEEP_AFTER_MS: positiveIntVariable.default(3_600_000),
  /** Memory limit of the engine, for example 2g. Default: the engine's own, 80 % of the machine. */
  HYPERFERRY_ENGINE_MEMORY: z
    .string()
    .regex(/^\d+[kmg]?$/i)
    .optional(),
  /** Below so much free disk, in the scratch folder or the artifact store, no more files are parsed and extracted; 0: never mind. */
  HYPERFERRY_MIN_FREE_DISK: sizeVariable.default(1024 ** 3),
  /** Below so much available memory no more files are parsed and extracted; 0: never mind. */
  HYPERFERRY_MIN_FREE_MEMORY: sizeVariable.default(256 * 1024 ** 2),
});

export interface WorkerSettings {
  readonly name: string;
  readonly host: string;
  readonly redis: RedisSettings;
  readonly dataDir: string;
  readonly artifacts: string;
  readonly concurrency: {
    readonly runs: number;
    readonly parse: number;
    readonly extract: number;
    readonly publish: number;
  };
  /** What all workers together may do at once; a stage without a number is not limited. */
  readonly globalConcurrency: StartConsumersOptions['globalConcurrency'] & {};
  /** In ms; absent: any time. */
  readonly deadlines: Deadlines;
  readonly sourceRoots: readonly string[];
  readonly graceMs: number;
  readonly retries: { readonly attempts: number; readonly backoffMs: number };
  readonly lookForMs: number;
  readonly lease: { readonly lockMs: number; readonly stalledCheckMs: number; readonly maxStalls: number };
  readonly sweep: SweepRules;
  readonly engineMemory: string | undefined;
  readonly floors: ResourceFloors;
  readonly logLevel: string;
  /** The whole environment, for connections and the engine's path, which are looked up by name. */
  readonly env: NodeJS.ProcessEnv;
}

/** The worker's settings from the environment. @throws {HyperferryError} CONFIG_INVALID */
export function readSettings(env: NodeJS.ProcessEnv = process.env): WorkerSettings {
  const values = readEnvironment(environmentSchema, env);
  const dataDir = dataFolder(values);
  const halfTheCores = Math.max(1, Math.floor(cpus().length / 2));
  return {
    name: `${hostname()}:${process.pid}`,
    host: values.HYPERFERRY_HOST ?? hostname(),
    redis: redisSettings(values),
    dataDir,
    artifacts: values.HYPERFERRY_ARTIFACTS ?? join(dataDir, 'artifacts'),
    concurrency: {
      runs: values.HYPERFERRY_RUNS_CONCURRENCY,
      parse: values.HYPERFERRY_PARSE_CONCURRENCY ?? halfTheCores,
      extract: values.HYPERFERRY_EXTRACT_CONCURRENCY ?? halfTheCores,
      publish: values.HYPERFERRY_PUBLISH_CONCURRENCY,
    },
    globalConcurrency: present({
      parse: values.HYPERFERRY_GLOBAL_PARSE_CONCURRENCY,
      extract: values.HYPERFERRY_GLOBAL_EXTRACT_CONCURRENCY,
      publish: values.HYPERFERRY_GLOBAL_PUBLISH_CONCURRENCY,
    }),
    deadlines: present({
      parseMs: limitMs(values.HYPERFERRY_PARSE_DEADLINE_SECONDS),
      extractMs: limitMs(values.HYPERFERRY_EXTRACT_DEADLINE_SECONDS),
      publishMs: limitMs(values.HYPERFERRY_PUBLISH_DEADLINE_SECONDS),
      runMs: limitMs(values.HYPERFERRY_RUN_DEADLINE_SECONDS),
    }),
    sourceRoots: values.HYPERFERRY_SOURCE_ROOTS.split(delimiter).filter((root) => root !== ''),
    graceMs: values.HYPERFERRY_GRACE_SECONDS * 1000,
    retries: { attempts: values.HYPERFERRY_STAGE_ATTEMPTS, backoffMs: values.HYPERFERRY_RETRY_DELAY_MS },
    lookForMs: values.HYPERFERRY_LOOK_MS,
    lease: {
      lockMs: values.HYPERFERRY_LOCK_MS,
      stalledCheckMs: values.HYPERFERRY_STALLED_CHECK_MS,
      maxStalls: values.HYPERFERRY_MAX_STALLS,
    },
    sweep: {
      afterMs: values.HYPERFERRY_SWEEP_AFTER_MS,
      keepFilesMs: values.HYPERFERRY_KEEP_FILES_HOURS * 3_600_000,
      keepRunsMs: values.HYPERFERRY_KEEP_RUNS_DAYS * 86_400_000,
    },
    engineMemory: values.HYPERFERRY_ENGINE_MEMORY,
    floors: { diskBytes: values.HYPERFERRY_MIN_FREE_DISK, memoryBytes: values.HYPERFERRY_MIN_FREE_MEMORY },
    logLevel: values.HYPERFERRY_LOG_LEVEL,
    env,
  };
}

function limitMs(seconds: number): number | undefined {
  return seconds === 0 ? undefined : seconds * 1000;
}

/** Without the settings that are not given. */
function present<K extends string>(values: Readonly<Record<K, number | undefined>>): Partial<Record<K, number>> {
  const entries = Object.entries<number | undefined>(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<K, number>>;
}
