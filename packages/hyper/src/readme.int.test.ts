import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-test-readme-'));
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it('the script of the README runs as it stands', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const script = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  await writeFile(join(dir, 'script.mts'), script);
  await writeFile(join(dir, 'orders.csv'), 'order_id,day,zip,amount\n1,2024-01-31,01001,10.05\n2,,02134,"0.95"\n');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=hyperferry-source', '--import', import.meta.resolve('tsx'), 'script.mts'],
    { cwd: dir },
  );
  expect(stdout).toBe('2 rows loaded, 2 inserted\n01001: 29.95\n02134: 0.95\nnull: 5.00\n');
  expect((await readdir(dir)).sort()).toEqual(['node_modules', 'orders.csv', 'orders.hyper', 'script.mts']);
});
