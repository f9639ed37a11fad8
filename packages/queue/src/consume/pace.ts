import type { RunProgress } from '@hyperferry/schema';

type Progress = Omit<RunProgress, 'stage'>;
type Amount = 'rows' | 'bytes';

/** The pace is that of so much time. */
const windowMs = 5000;
/** Less than this tells nothing. */
const leastMs = 200;

/** Adds to a stage's progress how long it has taken and how fast it goes; keeps amounts that are not told again. */
export interface Pace {
  measure(progress: Progress): Progress;
}

export function createPace(now: () => number = () => performance.now()): Pace {
  const startedMs = now();
  const samples: Record<Amount, { ms: number; amount: number }[]> = { rows: [], bytes: [] };
  let known: Pick<Progress, 'rows' | 'bytes' | 'totalBytes'> = {};

  const rateOf = (name: Amount, amount: number | undefined, isEnd: boolean): number | undefined => {
    if (amount === undefined) return undefined;
    const ms = now();
    const ofName = samples[name];
    // Begun anew: what was before is no measure.
    if ((ofName.at(-1)?.amount ?? 0) > amount) ofName.length = 0;
    ofName.push({ ms, amount });
    while (ofName.length > 2 && ms - (ofName[1]?.ms ?? ms) >= windowMs) ofName.shift();
    const from = isEnd ? { ms: startedMs, amount: 0 } : (ofName[0] ?? { ms, amount });
    return ms - from.ms < (isEnd ? 1 : leastMs)
      ? undefined
      : Math.round(((amount - from.amount) / (ms - from.ms)) * 1000);
  };

  return {
    measure(progress) {
      const { rows, bytes, totalBytes } = progress;
      known = {
        ...known,
        ...(rows === undefined ? {} : { rows }),
        ...(bytes === undefined ? {} : { bytes }),
        ...(totalBytes === undefined ? {} : { totalBytes }),
      };
      const isEnd = progress.state === 'done';
      const bytesPerSecond = rateOf('bytes', isEnd ? known.bytes : bytes, isEnd);
      const rowsPerSecond = rateOf('rows', isEnd ? known.rows : rows, isEnd);
      return {
        ...known,
        ...progress,
        elapsedMs: Math.round(now() - startedMs),
        ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
        ...(rowsPerSecond === undefined ? {} : { rowsPerSecond }),
      };
    },
  };
}
