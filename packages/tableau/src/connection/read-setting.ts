import { readFileSync } from 'node:fs';

import { TableauError } from '../errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The value of a variable, or of the file that `<variable>_FILE` names.
 * @throws {TableauError} CONNECTION_INVALID when that file can't be read
 */
export function readSetting(env: Env, variable: string): string | undefined {
  const value = env[variable];
  if (value !== undefined && value !== '') return value;
  const path = env[`${variable}_FILE`];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new TableauError('CONNECTION_INVALID', `${variable}_FILE names a file that cannot be read: ${path}`, {
      cause: error,
    });
  }
}
