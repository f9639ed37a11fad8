import { QueueError } from '../errors.ts';
import type { StageClaim } from '../lines/lines.ts';
import type { Runtime } from './runtime.ts';
import type { StageNote } from './stage-job.ts';

/** The note of a stage in its run's record; only its newest execution can change it. */
export function createStageNote({ lines }: Runtime, claim: StageClaim): StageNote {
  const { runId, stage } = claim;
  const write = async (text: string): Promise<void> => {
    const reply = await lines.writeNote(claim, text);
    if (reply.status === 'ok') return;
    throw new QueueError('RUN_STALE', `another execution has taken over ${stage} of run ${runId}`);
  };
  return {
    async read() {
      const { note: text, ageMs = 0 } = await lines.readNote(runId, stage);
      return text === undefined ? undefined : { text, ageMs };
    },
    write,
    clear: () => write(''),
  };
}
