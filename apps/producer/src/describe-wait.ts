import type { WaitReason } from '@hyperferry/queue';

/** Why a run doesn't go on, and what to type, in one line; undefined when it does. */
export function describeWait(runId: string, reasons: readonly WaitReason[]): string | undefined {
  return reasons.length === 0 ? undefined : reasons.map((reason) => describeReason(runId, reason)).join('; ');
}

function describeReason(runId: string, reason: WaitReason): string {
  switch (reason.kind) {
    case 'behind':
      return reason.position === 1
        ? `next in line behind run ${reason.runId}`
        : `${reason.position} runs of its target come first, now run ${reason.runId}`;
    case 'held':
      return `run ${reason.runId} is held: hyperferry release ${reason.runId}, or hyperferry skip ${reason.runId}${reason.outcomeUnknown ? ' --accept-unknown' : ''}`;
    case 'targetPaused':
      return `its target is paused: hyperferry resume --run ${runId}`;
    case 'queuePaused':
      return `queue ${reason.queue} is paused: hyperferry resume --queue ${reason.queue}`;
    case 'noWorker':
      return 'no worker lives: start hyperferry-worker';
    case 'workersShort':
      return `all workers are short of ${reason.of.join(' and ')} for ${reason.stage}: see hyperferry workers`;
    default:
      return `the workers are busy (queue ${reason.stage})`;
  }
}
