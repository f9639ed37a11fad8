import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { HyperferryError } from '@hyperferry/schema/errors';

/**
 * Takes a name in the output folder for each input.
 * @throws {HyperferryError} USAGE_INVALID when two inputs have the same
 */
export function takeOutputName(taken: Set<string>, name: string): string {
  if (taken.has(name)) {
    throw new HyperferryError('USAGE_INVALID', `two of the files would be written as "${name}": give them one by one`);
  }
  taken.add(name);
  return name;
}

/**
 * Refuses outputs that are one file with an input, which would end when writing begins, or with each other, by whatever
 * names and links.
 * @throws {HyperferryError} USAGE_INVALID
 */
export async function refuseOverwriting(outputs: readonly string[], inputs: readonly string[]): Promise<void> {
  const read = new Set(await Promise.all(inputs.map(identityOf)));
  const written = new Set<string>();
  for (const output of outputs) {
    const identity = await identityOf(output);
    if (read.has(identity)) {
      throw new HyperferryError('USAGE_INVALID', `"${output}" would be written over, but it is read: name another`);
    }
    if (written.has(identity)) {
      throw new HyperferryError(
        'USAGE_INVALID',
        `"${output}" would be written twice: name another file for one of both`,
      );
    }
    written.add(identity);
  }
}

/**
 * Refuses to write over a file that stands beside a packed one under its name without the ending: whoever named the packed
 * one has not named it.
 * @throws {HyperferryError} USAGE_INVALID
 */
export async function refuseNeighbour(output: string, packed: string): Promise<void> {
  if (basename(output) === basename(packed) || (await stat(output).catch(() => undefined)) === undefined) return;
  if ((await identityOf(output)) !== (await identityOf(join(dirname(packed), basename(output))))) return;
  throw new HyperferryError(
    'USAGE_INVALID',
    `"${output}" stands beside "${packed}" and would be written over: name another folder`,
  );
}

/** The same text for the same file, whether it exists or not. */
async function identityOf(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined) return `${there.dev}:${there.ino}`;
  const folder = dirname(resolve(path));
  return join(await realpath(folder).catch(() => folder), basename(path));
}
