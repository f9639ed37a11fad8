import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { printedError, run, type CommandResult } from './command.ts';

const root = join(import.meta.dirname, '..', '..');
// To root nothing is forbidden: drop what makes it so.
const asMortal =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search']
    : [];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-perm-'));
  await mkdir(join(folder, 'locked'));
  await writeFile(join(folder, 'data.csv'), 'a\n1\n');
  await writeFile(join(folder, 'secret.csv'), 'a\n1\n');
  await chmod(join(folder, 'secret.csv'), 0o000);
  await chmod(join(folder, 'locked'), 0o500);
});

afterAll(async () => {
  await chmod(join(folder, 'locked'), 0o700);
  await rm(folder, { recursive: true, force: true });
});

function withoutPrivilege(bin: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const [program = '', ...rest] = [...asMortal, process.execPath, join(root, bin), ...args];
  return run(program, rest, { ...process.env, ...env });
}

describe('without permission', () => {
  it('an extract is not written, and nothing is left half-written', async () => {
    const result = await withoutPrivilege('apps/producer/bin/hyperferry.js', [
      'extract',
      join(folder, 'data.csv'),
      '-o',
      join(folder, 'locked/out.hyper'),
      '--json',
    ]);
    expect(printedError(result).code).toBe('OUTPUT_NOT_WRITABLE');
    expect(result.code).toBe(9);
    expect(await readdir(join(folder, 'locked'))).toEqual([]);
  });

  it('an unreadable file is refused', async () => {
    const result = await withoutPrivilege('apps/producer/bin/hyperferry.js', [
      'extract',
      join(folder, 'secret.csv'),
      '-o',
      join(folder, 'out.hyper'),
      '--json',
    ]);
    expect(printedError(result).code).toBe('SOURCE_NOT_READABLE');
    expect(result.code).toBe(3);
  });

  it('a worker says that its data folder may not be written', async () => {
    const result = await withoutPrivilege('apps/worker/bin/hyperferry-worker.js', [], {
      HYPERFERRY_DATA: join(folder, 'locked/data'),
    });
    expect(printedError(result).code).toBe('DATA_FOLDER_NOT_WRITABLE');
    expect(result.code).toBe(4);
  });
});
