import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { connectionFromUrl, openRunQueue, type RunQueue } from '@hyperferry/queue';

import { processesNaming } from '../../scripts/demo/processes.ts';
import { type Audit, audit } from './audit.ts';
import { startChaos } from './chaos.ts';
import { createOperator } from './operator.ts';
import type { SoakOptions } from './options.ts';
import { connectionName } from './plan.ts';
import { createProducers, producerCount, type Producers, readJournals } from './producers.ts';
import { startSoakRedis } from './redis.ts';
import { countRescues } from './rescues.ts';
import { faultPlan, startSoakSimulator } from './simulator.ts';
import { startWorkers, type Workers } from './workers.ts';

const workerCount = 4;
const sayEveryMs = 10_000;
/** The trouble ends when so few runs are left. */
const calmBelow = 12;
/** A worker starts within seconds; on a busy machine too. */
const joinMs = 60_000;

export interface SoakResult {
  readonly runs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly superseded: number;
  readonly cancelled: number;
  /** Runs still held at the end. */
  readonly held: number;
  /** Queues and targets still paused at the end. */
  readonly paused: number;
  /** Runs without an end, and runs that succeeded without all of their rows being there. */
  readonly lost: number;
  readonly doubledRows: number;
  readonly overlaps: number;
  readonly orphans: number;
  readonly rescues: number;
  readonly kills: number;
  readonly restarts: number;
  readonly faults: number;
  readonly seconds: number;
  /** Runs that the operator gave up without knowing whether they had published: their rows may be there, once. */
  readonly unknown: number;
  readonly overtaken: number;
  readonly stops: number;
  readonly freezes: number;
  /** Workers that ended without being killed. */
  readonly crashes: number;
  readonly holds: number;
  /** Times that something was paused for a while. */
  readonly pauses: number;
  readonly producerKills: number;
  /** Failed runs that the operator had tried again. */
  readonly retries: number;
}

/** What must hold: every run has one end, every row is there once, nothing overlapped, nothing is left. */
export function isBalanced(result: SoakResult, options: SoakOptions): boolean {
  const { lost, doubledRows, overlaps, orphans, overtaken, held, paused, crashes } = result;
  return (
    result.runs >= options.runs &&
    [lost, doubledRows, overlaps, orphans, overtaken, held, paused, crashes].every((n) => n === 0)
  );
}

type Say = (text: string) => void;

/** Runs a soak: everything is started, troubled, drained, stopped and counted. Nothing of it stays but with `keep`. */
export async function runSoak(options: SoakOptions, say: Say): Promise<SoakResult> {
  const startedMs = performance.now();
  // Short, for Unix sockets.
  const folder = await mkdtemp(join(tmpdir(), 'hfs-'));
  say(`folder ${folder}`);
  const temporary = join(folder, 't');
  const logFolder = join(folder, 'logs');
  for (const path of [temporary, logFolder]) await mkdir(path);
  const base: NodeJS.ProcessEnv = { ...process.env, TMPDIR: temporary, HYPERFERRY_DATA: join(folder, 'data') };
  const redis = await startSoakRedis(folder, base);
  const simulator = await startSoakSimulator(folder, base);
  const env = { ...base, ...workerEnv(options, folder), ...simulator.connection(connectionName), REDIS_URL: redis.url };
  const nodeArgs = options.troubles.has('freeze') ? ['--import', join(import.meta.dirname, 'freeze.mjs')] : [];
  const workers = startWorkers(workerCount, env, logFolder, nodeArgs);
  const connection = connectionFromUrl(redis.url);
  const queue = await openRunQueue({ connection });
  const operator = createOperator(queue, options.seed);
  const rescues = countRescues(connection.open({ failFast: false, name: 'soak-rescues' }));
  const ended = new AbortController();
  const calm = new AbortController();

  let books: Audit | undefined;
  let producers: Producers | undefined;
  const chaos = startChaos(firstSuccess(queue, calm.signal), options, { workers, redis, queue }, calm.signal);
  let left: string[] = [];
  try {
    const watching = Promise.all([operator.work(ended.signal), sayCounts(queue, say, ended.signal)]);
    let beganMs: number | undefined;
    const deadlineMs = (): number => (beganMs ?? Date.now()) + options.minutes * 60_000;
    producers = createProducers(options, { folder, logFolder, env, deadlineMs });
    if (options.troubles.has('faults')) await simulator.change('faults', faultPlan(options.seed));
    try {
      const producing = produce(producers, () => (beganMs = Date.now()));
      await Promise.race([producing, Promise.all([watching, chaos.ended]).then(() => producing)]);
      say(`submitting has ended: ${JSON.stringify(await queue.countRuns().catch(() => 'Redis is away'))}`);
      await drained(queue, calmBelow, options.minutes * 30_000);
      while (!chaos.isEnough()) await sleep(100);
    } finally {
      calm.abort();
      await chaos.ended;
      await operator.calm();
    }
    await drained(queue, 0, Math.max(120_000, options.minutes * 60_000));
    ended.abort();
    await watching;
    await allThere(queue, workers);
    const submitted = await readJournals(folder);
    books = await audit({ options, queue, connection, simulator, folder, submitted, unknown: operator.unknown }, say);
  } finally {
    ended.abort();
    left = await workers.stop();
    await rescues.stop();
    await queue.close();
    await simulator.stop();
    await redis.stop();
    left.push(...(await processesNaming(folder)), ...(await readdir(temporary)).map((file) => `file ${file}`));
    if (!options.keep) await rm(folder, { recursive: true, force: true });
  }
  if (books === undefined) throw new Error('the books could not be made');
  for (const thing of [...left, ...books.leftovers]) say(`left behind: ${thing}`);
  const { leftovers, ...counts } = books;
  return {
    ...counts,
    ...chaos.counts,
    orphans: left.length + leftovers.length,
    rescues: rescues.count,
    crashes: workers.crashes,
    holds: operator.holds,
    retries: operator.retries,
    producerKills: producers?.kills ?? 0,
    seconds: Math.round((performance.now() - startedMs) / 1000),
  };
}

function workerEnv({ troubles }: SoakOptions, folder: string): NodeJS.ProcessEnv {
  const freeze = { anyTime: 0.01, afterPermit: 0.03, durationMs: 5000, journal: join(folder, 'freezes') };
  return {
    HYPERFERRY_LOCK_MS: '3000',
    HYPERFERRY_STALLED_CHECK_MS: '1000',
    HYPERFERRY_MAX_STALLS: '100',
    HYPERFERRY_STAGE_ATTEMPTS: '6',
    HYPERFERRY_RETRY_DELAY_MS: '200',
    HYPERFERRY_LOOK_MS: '5000',
    HYPERFERRY_ENGINE_MEMORY: '1g',
    HYPERFERRY_SWEEP_AFTER_MS: '8000',
    ...(troubles.has('freeze') ? { HYPERFERRY_SOAK_FREEZE: JSON.stringify(freeze) } : {}),
  };
}

/** The data sources first, then all producers at once: their time begins then, however long the start of all has taken. */
async function produce(producers: Producers, begin: () => void): Promise<void> {
  await producers.run(0);
  begin();
  await Promise.all(Array.from({ length: producerCount }, (_, index) => producers.run(index + 1)));
}

/** Resolves when the fleet has published something: killing workers that only start shows nothing. */
async function firstSuccess(queue: RunQueue, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (((await queue.countRuns().catch(() => undefined))?.succeeded ?? 0) > 0) return;
    await sleep(100);
  }
}

/** Waits until at most `most` runs are live. */
async function drained(queue: RunQueue, most: number, timeoutMs: number): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const counts = await queue.countRuns().catch(() => undefined);
    if (counts !== undefined && counts.waiting + counts.running + counts.held <= most) return;
    if (performance.now() > untilMs) return;
    await sleep(200);
  }
}

/** Waits until the workers that were started in the place of killed ones have joined: they tidy up after those. */
async function allThere(queue: RunQueue, workers: Workers): Promise<void> {
  const untilMs = performance.now() + joinMs;
  for (;;) {
    const known = await queue.listWorkers();
    const running = new Set(known.filter(({ state }) => state === 'running').map(({ pid }) => pid));
    if (workers.slots.every(({ child }) => child.pid !== undefined && running.has(child.pid))) return;
    if (performance.now() > untilMs) throw new Error(`a worker did not join within ${joinMs / 1000} s`);
    await sleep(200);
  }
}

async function sayCounts(queue: RunQueue, say: Say, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(sayEveryMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    say(JSON.stringify(await queue.countRuns().catch(() => 'Redis is away')));
  }
}
