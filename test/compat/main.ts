import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startSimulator } from '@hyperferry/tableau-simulator';

import { writeFixtures } from './fixtures.ts';
import { preparePythonClient, runVisibly } from './python-client.ts';

/** Drives the official Python client, unchanged, through every flow against a simulator. Ends with `N passed, N failed`. */
const python = await preparePythonClient(process.env);
const dir = await mkdtemp(join(tmpdir(), 'hyperferry-compat-'));
try {
  await writeFixtures(dir, process.env);
  await using simulator = await startSimulator({ env: process.env });
  const { admin: _, close: __, ...access } = simulator;
  const accessPath = join(dir, 'access.json');
  await writeFile(accessPath, JSON.stringify(access), { mode: 0o600 });
  const script = fileURLToPath(new URL('client/main.py', import.meta.url));
  process.exitCode = await runVisibly(python, [script, accessPath, dir], {
    PATH: process.env['PATH'],
    HOME: dir,
    // Small blocks: the chunked path is taken by small files too.
    TSC_CHUNK_SIZE_MB: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}
