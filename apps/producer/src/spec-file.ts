import { readFile } from 'node:fs/promises';

import { parseSpecFile, type SpecFile } from '@hyperferry/schema';
import { HyperferryError } from '@hyperferry/schema/errors';
import { parse, YAMLParseError } from 'yaml';

/** What anybody writes by hand is far smaller. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a job spec in YAML or JSON.
 * @throws {HyperferryError} SPEC_NOT_READABLE with line and column, SPEC_INVALID, SPEC_VERSION_UNKNOWN
 */
export async function readSpecFile(path: string): Promise<SpecFile> {
  return parseSpecFile(parseYaml(await readText(path), path), path);
}

async function readText(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : 'may not be read';
    throw new HyperferryError('SPEC_NOT_READABLE', `job spec "${path}" ${reason}`, { cause: error });
  }
  if (text.length > MAX_BYTES) {
    throw new HyperferryError('SPEC_NOT_READABLE', `job spec "${path}" is larger than 1 MB: that is no job spec`);
  }
  return text;
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const where = line === undefined ? '' : ` at line ${line.line}, column ${line.col}`;
    // The first line only: the others quote the file.
    const [what = ''] = (error as Error).message.split('\n', 1);
    const reason = what.replace(/ at line \d+, column \d+:?$/, '');
    throw new HyperferryError('SPEC_NOT_READABLE', `job spec "${path}" is no YAML or JSON${where}: ${reason}`, {
      cause: error,
    });
  }
}
