import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

import { claimStoreId, openStore } from '@hyperferry/artifacts';
import { HyperEngine } from '@hyperferry/hyper';
import { createScratchRoot } from '@hyperferry/pipeline/scratch-root';
import { announceWorker, connectRedis, openSessionStore, startConsumers, startPrivateRedis } from '@hyperferry/queue';
import { secretLogPaths, SPEC_VERSION } from '@hyperferry/schema';
import { listConnectionSites } from '@hyperferry/tableau';
import { destination, pino } from 'pino';

import { startSweeper } from './artifacts/sweeper.ts';
import type { WorkerSettings } from './env.ts';
import { createResourceWatch } from './resources/resource-watch.ts';
import { runJob } from './run-job.ts';
import { extractStage } from './stages/extract-stage.ts';
import { parseStage } from './stages/parse-stage.ts';
import { publishStage } from './stages/publish-stage.ts';
import { createTableauClients } from './tableau-clients.ts';
import { readVersion } from './version.ts';

export interface RunningWorker {
  /** Where the queue is: `private` or `REDIS_URL`, never an address with a password. */
  readonly redis: 'private' | 'REDIS_URL';
  /** Drains within the grace period, then hands back what is left; stops engine, sessions and a private Redis. */
  stop(): Promise<void>;
}

/**
 * Puts a worker together: Redis, artifacts, engine, Tableau clients, and the handlers of runs and stages. A start that
 * fails, or is ended by the signal, leaves nothing behind: a service manager that tries again and again must not fill
 * the disk.
 */
export async function startWorker(settings: WorkerSettings, signal: AbortSignal): Promise<RunningWorker> {
  const started: Closing[] = [];
  try {
    return await start(settings, signal, started);
  } catch (error) {
    for (const close of started.toReversed()) await close().catch(() => {});
    throw error;
  }
}

type Closing = () => Promise<unknown>;

async function start(settings: WorkerSettings, signal: AbortSignal, started: Closing[]): Promise<RunningWorker> {
  const logger = pino(
    { name: 'hyperferry-worker', level: settings.logLevel, redact: { paths: [...secretLogPaths], remove: true } },
    destination(2),
  );
  const artifacts = await openStore(settings.artifacts);
  const { location, shared } = artifacts;
  const store = { id: await claimStoreId(artifacts), location, shared, host: settings.host };
  const scratch = await createScratchRoot(tmpdir(), 'worker');
  started.push(() => scratch.close());
  const scratchRoot = scratch.path;
  const engine = await HyperEngine.start({
    signal,
    env: settings.env,
    logger,
    // The only folders whose files the engine may read.
    fileWhitelist: [
      scratchRoot,
      ...settings.sourceRoots,
      ...(artifacts.folder === undefined ? [] : [artifacts.folder]),
    ].map((folder) => resolve(folder)),
    ...(settings.engineMemory === undefined ? {} : { memoryLimit: settings.engineMemory }),
  });
  started.push(() => engine.close());
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const privateRedis =
    settings.redis.url === undefined
      ? await startPrivateRedis({ dataDir: settings.dataDir, env: settings.env, logger, signal })
      : undefined;
  if (privateRedis !== undefined) started.push(() => privateRedis.close());
  const connection =
    privateRedis?.connection ?? (await connectRedis({ redis: settings.redis, dataDir: settings.dataDir }));
  const sessions = openSessionStore(connection);
  started.push(() => sessions.close());
  const tableau = createTableauClients(settings.env, sessions, logger);
  started.push(() => tableau.close());
  const services = {
    artifacts,
    logger,
    engine,
    tableau: tableau.of,
    lookForMs: settings.lookForMs,
    sourceRoots: settings.sourceRoots,
    scratchRoot,
  };

  const resources = createResourceWatch({
    floors: settings.floors,
    scratchRoot,
    artifactFolder: artifacts.folder,
    logger,
  });
  const worker = {
    name: settings.name,
    host: settings.host,
    pid: process.pid,
    version: readVersion(),
    specVersion: SPEC_VERSION,
    startedAt: new Date().toISOString(),
    concurrency: settings.concurrency,
  };
  const consumers = await startConsumers({
    connection,
    worker,
    store,
    concurrency: settings.concurrency,
    globalConcurrency: settings.globalConcurrency,
    deadlines: settings.deadlines,
    retentionSeconds: settings.sweep.keepRunsMs / 1000,
    retries: settings.retries,
    lease: settings.lease,
    connections: listConnectionSites(settings.env),
    refusedStages: resources.refusedStages,
    signal,
    logger,
    handlers: {
      run: (run) =>
        runJob(run, {
          artifacts,
          logger,
          abandonedAfterMs: settings.lease.lockMs / 2,
          removesFiles: settings.sweep.keepFilesMs === 0,
        }),
      parse: parseStage(services),
      extract: extractStage(services),
      publish: publishStage(services),
    },
  });
  const announced = announceWorker({
    connection,
    shortOf: resources.shortOf,
    logger,
    worker,
  });
  const sweeper = startSweeper({ artifacts, connection, workerName: settings.name, rules: settings.sweep, logger });

  return {
    redis: privateRedis === undefined ? 'REDIS_URL' : 'private',
    async stop() {
      announced.stopping();
      await sweeper.stop();
      await consumers.close({ graceMs: settings.graceMs });
      await Promise.allSettled([engine.close(), tableau.close()]);
      await announced.close();
      await sessions.close();
      await privateRedis?.close();
      await scratch.close();
    },
  };
}
