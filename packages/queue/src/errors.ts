// The narrow entry on purpose: set-up imports the finder of redis-server and must not pay for zod.
import { HyperferryError } from '@hyperferry/schema/errors';

/** What goes wrong between a process and the queue, or with a run's place in its line. */
export class QueueError extends HyperferryError {
  override readonly name = 'QueueError';
}
