import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findHyperd } from '@hyperferry/hyper/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { run } from './command.ts';

// @hyperferry/hyper as somebody has it who installed nothing else of Hyperferry: packed, unpacked, and run.

const root = join(import.meta.dirname, '..', '..');
const bin = 'node_modules/@hyperferry/hyper/bin/hyperferry-hyper-install.js';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-packed-'));
  const scope = join(folder, 'node_modules', '@hyperferry');
  await mkdir(scope, { recursive: true });
  for (const name of ['hyper', 'schema']) {
    const packed = await run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
      process.env,
      {
        cwd: join(root, 'packages', name),
      },
    );
    expect(packed.code, packed.stderr).toBe(0);
    const unpacked = await run('tar', ['-xzf', packed.stdout.trim()], process.env, { cwd: folder });
    expect(unpacked.code, unpacked.stderr).toBe(0);
    await run('mv', ['package', join(scope, name)], process.env, { cwd: folder });
    const { dependencies = {} } = JSON.parse(await readFile(join(scope, name, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const dependency of Object.keys(dependencies)) {
      if (dependency.startsWith('@hyperferry/')) continue;
      const link = join(folder, 'node_modules', dependency);
      await symlink(join(root, 'node_modules', dependency), link).catch(() => undefined);
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inFolder = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, args, { ...process.env, ...env }, { cwd: folder });

it('its command says where the engine is', async () => {
  const result = await inFolder([bin]);
  expect(result).toEqual({ code: 0, stdout: `the Hyper engine is ${findHyperd(process.env)}\n`, stderr: '' });
});

it('its command fetches the engine by the locks that are packed with it, and says what went wrong', async () => {
  const env = {
    HYPERD_PATH: '',
    XDG_CACHE_HOME: join(folder, 'cache'),
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: join(folder, 'npm cache'),
    npm_config_fetch_retries: '0',
  };
  const result = await inFolder([bin], env);
  expect(result.stdout).toMatch(/^fetching the Hyper engine [(]hyperdb-mcp-.* 87 MB[)] into /);
  expect(result.stderr).toMatch(/^SETUP_DOWNLOAD_FAILED: npm could not fetch hyperdb-mcp-/);
  expect(result.stderr).toContain('npx hyperferry-hyper-install');
  expect(result.code).toBe(6);
  expect(await readdir(join(folder, 'cache', 'hyperferry', 'engine'))).toEqual([]);
});

it('a program with it builds a file; without the engine it is told what to type', async () => {
  await writeFile(
    join(folder, 'program.mjs'),
    `import { HyperProcess } from '@hyperferry/hyper';
import { installEngine } from '@hyperferry/hyper/install';
const hyper = await HyperProcess.start().catch((error) => {
  console.log(error.code, error.next);
  process.exit(8);
});
const connection = await hyper.connect({ database: 'x.hyper', createMode: 'create' });
console.log(await connection.scalar('SELECT 1'), await installEngine() !== '');
await hyper.close();
`,
  );
  const missing = await inFolder(['program.mjs'], { HYPERD_PATH: '', XDG_CACHE_HOME: join(folder, 'cache') });
  expect(missing.stdout).toMatch(/^HYPER_ENGINE_MISSING .*npm run setup.*npx hyperferry-hyper-install/);
  expect((await inFolder(['program.mjs'])).stdout).toBe('1 true\n');
});
