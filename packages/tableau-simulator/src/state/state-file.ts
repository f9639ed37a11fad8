import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { SimulatorError } from '../errors.ts';
import { type SavedState, savedStateSchema, toSavedState } from './saved-state.ts';
import type { World } from './world.ts';

const FILE_NAME = 'state.json';

/**
 * The state that a data folder holds, if any.
 * @throws {SimulatorError} SIMULATOR_FAILED when it can't be read
 */
export async function readState(dataDir: string): Promise<SavedState | undefined> {
  const path = join(dataDir, FILE_NAME);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SimulatorError('SIMULATOR_FAILED', `cannot read ${path}`, { cause: error });
  }
  const parsed = savedStateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SimulatorError(
    'SIMULATOR_FAILED',
    `${path} is not a state of this version: ${z.prettifyError(parsed.error)}`,
  );
}

/** Saves the state whenever it is called; calls that come while it writes share the next write. */
export function createStateWriter(world: World, dataDir: string): () => Promise<void> {
  const path = join(dataDir, FILE_NAME);
  const write = async (): Promise<void> => {
    const temporary = `${path}.tmp`;
    await writeFile(temporary, JSON.stringify(toSavedState(world)), { mode: 0o600 });
    await rename(temporary, path);
  };
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    current = write().finally(() => {
      current = undefined;
    });
    return current;
  };
  return async () => {
    if (current === undefined) return await start();
    const settled = current.catch(() => undefined);
    next ??= settled.then(async () => {
      next = undefined;
      await start();
    });
    await next;
  };
}
