// The whole stack from its sources, for work on it: the worker and the dashboard start again when a file that they
// import changes. Redis and the simulator stay up meanwhile, so that queued runs and published data sources survive.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { startPrivateRedis } from '@hyperferry/queue';
import { startSimulator } from '@hyperferry/tableau-simulator';

import { printer } from './dev/print-lines.ts';
import { startWatched, type Watched } from './dev/watched-program.ts';

const root = join(import.meta.dirname, '..');
const data = process.env['HYPERFERRY_DATA'] ?? join(root, '.hyperferry', 'dev');
await mkdir(data, { recursive: true, mode: 0o700 });

const stopped = new AbortController();
// `on`, not `once`: what started us may pass a signal on that we got ourselves, and a second one must not cut the end short.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopped.abort());

const say = printer('dev');
const redis =
  process.env['REDIS_URL'] === undefined ? await startPrivateRedis({ dataDir: data, env: process.env }) : undefined;
await using simulator = await startSimulator({ dataDir: join(data, 'tableau'), env: process.env });

const connection = {
  HYPERFERRY_DATA: data,
  HYPERFERRY_CONNECTION_DEMO_URL: simulator.url,
  HYPERFERRY_CONNECTION_DEMO_SITE: simulator.siteContentUrl,
  HYPERFERRY_CONNECTION_DEMO_PAT_NAME: simulator.tokenName,
  HYPERFERRY_CONNECTION_DEMO_PAT_SECRET: simulator.tokenSecret,
};
// A reload shouldn't wait for a long run: it is handed back and taken up again.
const env = { HYPERFERRY_GRACE_SECONDS: '1', ...process.env, ...connection };

const programs: Watched[] = [];
try {
  for (const name of ['worker', 'dashboard']) {
    programs.push(startWatched(join(root, 'apps', name, 'src', 'main.ts'), { cwd: root, env, print: printer(name) }));
  }
  const exports = Object.entries(connection).map(([name, value]) => `export ${name}='${value}'`);
  say('to use it from another shell, with --connection demo:', ...exports, 'Ctrl-C stops everything.');
  await new Promise<void>((resolve) => {
    if (stopped.signal.aborted) resolve();
    stopped.signal.addEventListener('abort', () => resolve(), { once: true });
  });
} finally {
  await Promise.all(programs.map((program) => program.stop()));
  await redis?.close();
}
