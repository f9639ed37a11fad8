import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

import { claimStoreId, openStore } from '@hyperferry/artifacts';
import { HyperEngine } from '@hyperferry/hyper';
import { announceWorker, connectRedis, openSessionStore, startConsumers, startPrivateRedis } from '@hyperferry/queue';
import { secretLogPaths, SPEC_VERSION } from '@hyperferry/schema';
import { listConnectionSites } from '@hyperferry/tableau';
import { destination, pino } from 'pino';

import { startSweeper } from './artifacts/sweeper.ts';
import type { WorkerSettings } from './env.ts';
import { createResourceWatch } from './resources/resource-watch.ts';
import { runJob } from './run-job.ts';
import { createScratchRoot } from './scratch-root.ts';
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

/** Puts a worker together: Redis, artifacts, engine, Tableau clients, and the handlers of runs and stages. */
export async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const logger = pino(
    { name: 'hyperferry-worker', level: settings.logLevel, redact: { paths: [...secretLogPaths], remove: true } },
    destination(2),
  );
  const artifacts = await openStore(settings.artifacts);
  const { location, shared } = artifacts;
  const store = { id: await claimStoreId(artifacts), location, shared, host: settings.host };
  const scratchRoot = await createScratchRoot(tmpdir());
  const engine = await HyperEngine.start({
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
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const privateRedis =
    settings.redis.url === undefined
      ? await startPrivateRedis({ dataDir: settings.dataDir, env: settings.env, logger })
      : undefined;
  const connection =
    privateRedis?.connection ?? (await connectRedis({ redis: settings.redis, dataDir: settings.dataDir }));
  const sessions = openSessionStore(connection);
  const tableau = createTableauClients(settings.env, sessions, logger);
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
  }).catch(async (error: unknown) => {
    // Refused: a service manager that tries again and again must not fill the disk with folders.
    await Promise.allSettled([engine.close(), tableau.close(), sessions.close(), privateRedis?.close()]);
    await rm(scratchRoot, { recursive: true, force: true });
    throw error;
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
      await rm(scratchRoot, { recursive: true, force: true });
    },
  };
}
