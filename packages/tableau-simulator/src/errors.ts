import { HyperferryError } from '@hyperferry/schema';

/** A failure of the simulator itself (start, seed, data folder), not an answer of its API. */
export class SimulatorError extends HyperferryError {
  override readonly name = 'SimulatorError';
}
