import { type ArtifactRef, artifactRefSchema, extractResultSchema } from '@hyperferry/schema';

import { runKey } from '../lines/lines.ts';
import { isEnded, type RunState, runStateSchema } from '../lines/run-record.ts';
import { lineScript, runScript } from '../lines/run-script.ts';
import type { QueueConnection } from '../redis/connection.ts';

/** What a run's record says about the artifacts that are still wanted. */
export interface KeptRun {
  readonly runId: string;
  readonly state: RunState;
  readonly generation: number;
  /** Undefined while it has not ended. */
  readonly endedForMs: number | undefined;
  /** True when this generation was tidied up already. */
  readonly isTidy: boolean;
  /** What a retry would begin with. */
  readonly spec: ArtifactRef | undefined;
  readonly extract: ArtifactRef | undefined;
}

/** The queue as the sweeper of artifacts sees it. */
export interface KeptRuns {
  /** True when it is this process's turn for the next `forMs`: of the whole fleet one sweeps. */
  takeTurn(workerName: string, forMs: number): Promise<boolean>;
  /** The runs in this order; undefined for one whose record is gone, or that never was. */
  look(runIds: readonly string[]): Promise<readonly (KeptRun | undefined)[]>;
  /** Writes down that nothing is left to be removed of a generation that has ended. */
  markTidy(run: KeptRun): Promise<void>;
  close(): void;
}

const turnKey = '{hf}:sweeper';

/** ARGV: id, generation. Never makes a record anew that has expired meanwhile. */
const markTidyScript = lineScript(`
if get(ARGV[1], 'gen') ~= ARGV[2] or not ENDED[get(ARGV[1], 'state')] then return cjson.encode({ status = 'gone' }) end
set(ARGV[1], 'tidy', ARGV[2])
return cjson.encode({ status = 'ok' })
`);

/** Opens the records of the runs for a sweeper. */
export function openKeptRuns(connection: QueueConnection): KeptRuns {
  const redis = connection.open({ failFast: false, name: 'hf-sweeper' });
  return {
    async takeTurn(workerName, forMs) {
      if ((await redis.set(turnKey, workerName, 'PX', forMs, 'NX')) === 'OK') return true;
      if ((await redis.get(turnKey)) !== workerName) return false;
      await redis.pexpire(turnKey, forMs);
      return true;
    },
    async look(runIds) {
      const [seconds, micros] = await redis.time();
      const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
      const fields = ['state', 'gen', 'endedAt', 'tidy', 'spec', 'r:extract'] as const;
      const records = await Promise.all(runIds.map((runId) => redis.hmget(runKey(runId), ...fields)));
      return records.map(([state, gen, endedAt, tidy, spec, extract], index): KeptRun | undefined => {
        if (state === undefined || state === null) return undefined;
        // What this version doesn't know may be live.
        const known = runStateSchema.safeParse(state).data ?? 'running';
        return {
          runId: runIds[index] ?? '',
          state: known,
          generation: Number(gen),
          endedForMs: isEnded(known) ? Math.max(0, nowMs - Number(endedAt)) : undefined,
          isTidy: tidy === gen,
          spec: artifactRefSchema.safeParse(fromJson(spec)).data,
          extract: extractResultSchema.safeParse(fromJson(extract)).data?.extract,
        };
      });
    },
    async markTidy({ runId, generation }) {
      await runScript(redis, markTidyScript, [runId, generation]);
    },
    close: () => redis.disconnect(),
  };
}

function fromJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
