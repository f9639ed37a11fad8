import { randomBytes } from 'node:crypto';

import { z } from 'zod';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A run's id: chosen by the client as its idempotency key, or made by us. */
export const runIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a run id has 1 to 64 letters, digits, - and _, and begins with no sign');

/** A new ULID: sorts by time of creation. */
export function createRunId(nowMs: number = Date.now()): string {
  let time = '';
  for (let left = nowMs, digit = 0; digit < 10; digit += 1, left = Math.floor(left / 32)) {
    time = (alphabet[left % 32] ?? '') + time;
  }
  return time + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join('');
}
