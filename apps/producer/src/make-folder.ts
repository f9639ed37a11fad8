import { mkdir } from 'node:fs/promises';

import { HyperferryError } from '@hyperferry/schema/errors';

/** Makes a folder for output. @throws {HyperferryError} OUTPUT_NOT_WRITABLE */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new HyperferryError('OUTPUT_NOT_WRITABLE', `cannot make the folder ${path}`, { cause: error });
  }
}
