import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { HyperProcess } from '@hyperferry/hyper';
import { startPrivateRedis } from '@hyperferry/queue';
import { startSimulator } from '@hyperferry/tableau-simulator';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const child = join(import.meta.dirname, 'shared-session-child.mjs');

it(
  'ten processes with one token publish 200 data sources with at most three sign-ins',
  { timeout: 120_000 },
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hf-shared-'));
    const simulator = await startSimulator({ env: process.env });
    const redis = await startPrivateRedis({ dataDir: dir, env: process.env });
    try {
      const path = join(dir, 'x.hyper');
      await buildExtract(path);
      const settings = {
        name: 'shared',
        serverUrl: simulator.url,
        siteContentUrl: simulator.siteContentUrl,
        credentials: { kind: 'pat', tokenName: simulator.tokenName, tokenSecret: simulator.tokenSecret },
        tlsInsecure: false,
      };
      const extract = { path, sizeBytes: (await stat(path)).size };
      await Promise.all(
        Array.from({ length: 10 }, (_, index) => {
          const order = { settings, dataDir: dir, extract, prefix: `process ${index}`, count: 20 };
          return run(process.execPath, [child], {
            env: { ...process.env, SHARED_SESSION_CHILD: JSON.stringify(order) },
          });
        }),
      );
      const { publishes, signIns } = simulator.admin.counters();
      expect(publishes.committed).toBe(200);
      expect(signIns.pat).toBeLessThanOrEqual(3);
    } finally {
      await Promise.all([simulator.close(), redis.close()]);
      await rm(dir, { recursive: true, force: true });
    }
  },
);

async function buildExtract(path: string): Promise<void> {
  await using engine = await HyperProcess.start({ env: process.env });
  await using connection = await engine.connect();
  await connection.createDatabase(path);
  const database = await connection.attach(path, 'db');
  await connection.execute('CREATE SCHEMA IF NOT EXISTS "db"."Extract"');
  await connection.execute('CREATE TABLE "db"."Extract"."Extract" AS SELECT 1 AS n');
  await connection.detach(database);
}
