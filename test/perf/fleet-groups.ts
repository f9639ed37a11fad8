import { type BenchGroup, benchRow } from './harness/bench-row.ts';
import { type RunTimes, startBenchFleet } from './harness/fleet.ts';
import { median } from './harness/measure.ts';

const samplesPerRepetition = 20;
const runsPerWorker = 20;

/** How soon a worker with nothing else to do begins. */
export const queueGroup: BenchGroup = {
  name: 'queue',
  async run({ repetitions }) {
    const times = (await sample(repetitions)).map((run) => run.submitToStartMs);
    const detail = { samples: times.length, p95Ms: p95(times) };
    const bars = { must: '<= 15', aim: '<= 8' };
    return [benchRow({ id: 'queue/submit-to-start-p50-ms', value: median(times), unit: 'ms', ...bars, detail })];
  },
};

/** A CSV of 1 kB from the file to the published data source. */
export const tinyGroup: BenchGroup = {
  name: 'tiny',
  async run({ repetitions }) {
    const times = (await sample(repetitions)).map((run) => run.endToEndMs);
    const detail = { samples: times.length, p95Ms: Math.round(p95(times)) };
    const bars = { must: '<= 300', aim: '<= 150' };
    return [benchRow({ id: 'tiny/end-to-end-p50-ms', value: median(times), unit: 'ms', ...bars, detail })];
  },
};

/** Four workers against one, where Tableau is what takes the time: each publishes one extract at a time. */
export const scaleGroup: BenchGroup = {
  name: 'scale',
  async run({ log }) {
    const perSecond = new Map<number, number>();
    for (const workers of [1, 4]) {
      await using fleet = await startBenchFleet({
        workers,
        commitDelayMs: 1000,
        env: { HYPERFERRY_PUBLISH_CONCURRENCY: '1' },
      });
      const runs = workers * runsPerWorker;
      const startedMs = performance.now();
      await Promise.all(Array.from({ length: runs }, (_, index) => fleet.publish(`Scale ${index}`)));
      perSecond.set(workers, runs / ((performance.now() - startedMs) / 1000));
      log(`  ${workers} workers: ${perSecond.get(workers)?.toFixed(2)} runs/s`);
    }
    const [one = NaN, four = NaN] = perSecond.values();
    const detail = { oneRunsPerSecond: one, fourRunsPerSecond: four, runsPerWorker };
    const bars = { must: '>= 0.9', aim: '>= 0.97' };
    return [benchRow({ id: 'scale/4-workers', value: four / (4 * one), unit: 'x', ...bars, detail })];
  },
};

/** One run after the other, each on a target of its own. */
async function sample(repetitions: number): Promise<RunTimes[]> {
  await using fleet = await startBenchFleet({ workers: 1 });
  const times: RunTimes[] = [];
  for (let number = 0; number < samplesPerRepetition * repetitions; number += 1) {
    times.push(await fleet.publish(`Tiny ${number}`));
  }
  return times;
}

function p95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;
}
