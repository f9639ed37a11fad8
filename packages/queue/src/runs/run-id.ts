import { monotonicFactory } from 'ulid';
import { z } from 'zod';

/** A run's id: chosen by the client as its idempotency key, or made by us. */
export const runIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a run id has 1 to 64 letters, digits, - and _, and begins with no sign');

const nextUlid = monotonicFactory();

/** A new ULID: sorts by time of creation, also within one millisecond of this process. */
export function createRunId(): string {
  return nextUlid();
}

/** Whether a text could be a run's id: folders of the artifact store that are named otherwise are not ours. */
export function isRunId(text: string): boolean {
  return runIdSchema.safeParse(text).success;
}
