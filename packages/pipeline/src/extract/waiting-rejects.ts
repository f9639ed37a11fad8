import type { Reject } from './rejects-file.ts';

const MAX_REJECTS = 100_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;

/** Rejects that are kept in memory until the load has proved right. With more of them the whole file is looked at first. */
export class WaitingRejects implements Iterable<Reject> {
  readonly #rejects: Reject[] = [];
  #characters = 0;

  /** False when there are too many, or too long ones. */
  push(reject: Reject): boolean {
    this.#rejects.push(reject);
    const { cells } = reject;
    this.#characters +=
      typeof cells === 'string' ? cells.length : cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
    return this.#rejects.length <= MAX_REJECTS && this.#characters <= MAX_CHARACTERS;
  }

  [Symbol.iterator](): Iterator<Reject> {
    return this.#rejects[Symbol.iterator]();
  }
}
