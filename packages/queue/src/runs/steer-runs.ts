import { QueueError } from '../errors.ts';
import type { LineReply } from '../lines/lines.ts';
import type { RunState } from '../lines/run-record.ts';
import { followUp, type QueueAccess } from './queue-access.ts';

export interface AcceptUnknown {
  /** Go on although it is not known whether the last publish took effect. */
  readonly acceptUnknown?: boolean;
}

export interface RetryOptions {
  /** Publish older data although a newer run of this target has succeeded or is queued; its rows may be lost. */
  readonly force?: boolean;
  /** Do all stages again; by default the finished ones are kept. */
  readonly restart?: boolean;
}

/** What a verb has done to a run. */
export interface Steered {
  readonly runId: string;
  readonly state: RunState;
  /** False when there was nothing to do: the run was in that state already. */
  readonly changed: boolean;
}

/** Ends a run: at once when it does not run, else as soon as its worker hears of it. Nothing happens to an ended run. */
export async function cancelRun(access: QueueAccess, runId: string, options: AcceptUnknown): Promise<Steered> {
  const reply = await access.reach(() => access.lines.cancel(runId, options.acceptUnknown === true));
  refuse(runId, reply);
  await followUp(access, reply, reply.n === undefined ? [] : [{ runId, n: reply.n }]);
  return steered(runId, reply, reply.status !== 'ended');
}

/** Puts an ended run at the end of its line again, resuming at the failed stage; releases a held one. A live run stays as it is. */
export async function retryRun(access: QueueAccess, runId: string, options: RetryOptions): Promise<Steered> {
  const { force = false, restart = false } = options;
  const reply = await access.reach(() => access.lines.retry(runId, { force, restart }));
  if (reply.status === 'held') return releaseRun(access, runId);
  refuse(runId, reply);
  if (reply.status === 'would-undo') {
    throw new QueueError(
      'RUN_OUTDATED',
      `run ${runId} would replace the whole table, and with it the rows of a newer run that has published, or may have`,
    );
  }
  if (reply.status === 'outdated') {
    const newer =
      reply.by === undefined ? 'a newer run of this target has succeeded' : `run ${reply.by} is newer and queued`;
    throw new QueueError('RUN_OUTDATED', `run ${runId} would publish older data: ${newer}`);
  }
  if (reply.status === 'succeeded') throw new QueueError('RUN_STATE_INVALID', `run ${runId} has succeeded already`);
  await followUp(access, reply);
  return steered(runId, reply, reply.status === 'ok');
}

/** Lets a held run try again at its place. */
export async function releaseRun(access: QueueAccess, runId: string): Promise<Steered> {
  const reply = await access.reach(() => access.lines.release(runId));
  refuse(runId, reply);
  const live = reply.state === 'waiting' || reply.state === 'running';
  if (reply.status === 'not-held' && !live) throw notHeld(runId, reply);
  await followUp(access, reply);
  return steered(runId, reply, reply.status === 'ok');
}

/** Ends a held run as failed, so that its line goes on. */
export async function skipRun(access: QueueAccess, runId: string, options: AcceptUnknown): Promise<Steered> {
  const reply = await access.reach(() => access.lines.skip(runId, options.acceptUnknown === true));
  refuse(runId, reply);
  if (reply.status === 'not-held' && reply.state !== 'failed') throw notHeld(runId, reply);
  await followUp(access, reply);
  return steered(runId, reply, reply.status === 'ok');
}

function refuse(runId: string, reply: LineReply): void {
  if (reply.status === 'unknown') throw new QueueError('RUN_UNKNOWN', `no run ${runId}`);
  if (reply.status === 'ambiguous') {
    throw new QueueError('RUN_OUTCOME_UNKNOWN', `it is not known whether run ${runId} has published`);
  }
}

function notHeld(runId: string, reply: LineReply): QueueError {
  return new QueueError('RUN_STATE_INVALID', `run ${runId} is ${reply.state || 'in no known state'}, not held`);
}

function steered(runId: string, reply: LineReply, changed: boolean): Steered {
  return { runId, state: reply.state || 'waiting', changed };
}
