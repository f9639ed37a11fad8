import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

test('the script of the README runs as it stands', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hf-pipeline-readme-'));
  try {
    await symlink(join(import.meta.dirname, '..', '..', '..', 'node_modules'), join(dir, 'node_modules'));
    const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
    await writeFile(join(dir, 'script.mts'), /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '');
    await writeFile(join(dir, 'sales.csv'), 'city,zip,amount\nBoston,02101,12.50\nAustin,73301,7.25\n');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=hyperferry-source', '--import', import.meta.resolve('tsx'), 'script.mts'],
      { cwd: dir, env: { ...process.env, TMPDIR: dir } },
    );
    expect(stdout).toContain('loaded: 2');
    expect(stdout).toContain('amount: numeric(18,2)');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
