import { HyperferryError } from '@hyperferry/schema';

/** What goes wrong between a process and the queue, or with a run's place in its line. */
export class QueueError extends HyperferryError {
  override readonly name = 'QueueError';
}
