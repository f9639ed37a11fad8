import { stat } from 'node:fs/promises';

import { HyperferryError } from '@hyperferry/schema/errors';

/**
 * The files that a command's arguments name: a name that exists is taken literally, any other may be a glob. A glob
 * that matches nothing stays as it is, so that the command says that the file doesn't exist.
 * @throws {HyperferryError} USAGE_INVALID for standard input
 */
export async function inputFiles(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    await refuseStandardInput(name);
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
 * Refuses what is read from standard input: a file is read more than once. One that standard input comes from can be.
 * @throws {HyperferryError} USAGE_INVALID
 */
export async function refuseStandardInput(name: string): Promise<void> {
  if (!/^(?:-|\/dev\/stdin|\/dev\/fd\/\d+|\/proc\/self\/fd\/\d+)$/.test(name)) return;
  const there = await stat(name).catch(() => undefined);
  if (there?.isFile() === true) return;
  throw new HyperferryError(
    'USAGE_INVALID',
    `"${name}": standard input and pipes are not read, for a file is read more than once; save it first, as in: cat > data.csv`,
  );
}
