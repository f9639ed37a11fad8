import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { readSettings } from '../../../apps/producer/src/env.ts';
import { openQueue } from '../../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../../apps/producer/src/server-of.ts';
import { submitFile } from '../../../apps/producer/src/submit-file.ts';
import { startSoakRedis } from '../../soak/redis.ts';
import { startSoakSimulator } from '../../soak/simulator.ts';
import { startWorkers } from '../../soak/workers.ts';

const connection = 'bench';

/** How long one run took. */
export interface RunTimes {
  /** From the call of `submit` until a worker has begun, in ms. */
  readonly submitToStartMs: number;
  /** From the producer's reading of the file until it knows that the data source is published, in ms. */
  readonly endToEndMs: number;
}

/** Redis, simulator and workers as processes of their own, warm. */
export interface BenchFleet extends AsyncDisposable {
  /** Publishes a CSV of 1 kB as a data source. @throws when the run doesn't succeed */
  publish(name: string): Promise<RunTimes>;
}

export interface BenchFleetOptions {
  readonly workers: number;
  /** Time that the simulator takes for a commit, in ms. */
  readonly commitDelayMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a fleet and publishes until every worker has its engine and its session. */
export async function startBenchFleet(options: BenchFleetOptions): Promise<BenchFleet> {
  // Short, for Unix sockets.
  const folder = await mkdtemp(join(tmpdir(), 'hfb-'));
  const temporary = join(folder, 't');
  await mkdir(temporary);
  const base = { ...process.env, TMPDIR: temporary, HYPERFERRY_DATA: join(folder, 'data'), ...options.env };
  const redis = await startSoakRedis(folder, base);
  const simulator = await startSoakSimulator(folder, base);
  if (options.commitDelayMs !== undefined) await simulator.change('limits', { commitDelayMs: options.commitDelayMs });
  const env = { ...base, REDIS_URL: redis.url, ...simulator.connection(connection) };
  const workers = startWorkers(options.workers, env, folder, []);
  const opened = await openQueue(readSettings(env));
  const path = join(folder, 'tiny.csv');
  await writeFile(path, tinyCsv());

  const publish = async (name: string): Promise<RunTimes> => {
    let submittedMs = 0;
    const queue: typeof opened.queue = {
      ...opened.queue,
      submit(input) {
        submittedMs = Date.now();
        return opened.queue.submit(input);
      },
    };
    const startedMs = performance.now();
    const target = { connection, project: 'Finance/Sales', name, mode: 'createOrOverwrite' } as const;
    const { runId } = await submitFile({ path, target, server: serverOf(connection, env) }, { ...opened, queue });
    const run = await opened.queue.waitForRun(runId);
    const endToEndMs = performance.now() - startedMs;
    if (run.state !== 'succeeded') throw new Error(`run ${runId} is ${run.state}: ${run.error?.message}`);
    return { submitToStartMs: Date.parse(run.startedAt ?? '') - submittedMs, endToEndMs };
  };
  while ((await opened.queue.listWorkers()).length < options.workers) await sleep(100);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: options.workers * 3 }, (_, index) => publish(`Warm ${index}`)));
  }
  return {
    publish,
    async [Symbol.asyncDispose]() {
      await workers.stop();
      await opened.close();
      await simulator.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tinyCsv(): string {
  const lines = ['id,day,amount,place'];
  for (let row = 1; row <= 40; row += 1) lines.push(`${row},2024-01-${10 + (row % 20)},${row}.25,Place ${row}`);
  return `${lines.join('\n')}\n`;
}
