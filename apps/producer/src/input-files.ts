import { stat } from 'node:fs/promises';

import { HyperferryError } from '@hyperferry/schema/errors';

/**
 * The files that a command's arguments name: a name that exists is taken literally, any other may be a glob. A glob
 * that matches nothing stays as it is, so that the command says that the file doesn't exist.
 */
export async function inputFiles(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    if (await exists(name)) files.push(name);
    else {
      const { glob } = await import('tinyglobby');
      const found = await glob(name, { absolute: false, onlyFiles: true, dot: true, expandDirectories: false });
      files.push(...(found.length === 0 ? [name] : found.sort()));
    }
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

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
 * Refuses an output that is one of the inputs: reading it would end when writing begins.
 * @throws {HyperferryError} USAGE_INVALID
 */
export async function refuseInput(output: string, inputs: readonly string[]): Promise<void> {
  const there = await stat(output).catch(() => undefined);
  if (there === undefined) return;
  for (const input of inputs) {
    const info = await stat(input).catch(() => undefined);
    if (info?.ino === there.ino && info.dev === there.dev) {
      throw new HyperferryError('USAGE_INVALID', `"${output}" would be written over, but it is read: name another`);
    }
  }
}
