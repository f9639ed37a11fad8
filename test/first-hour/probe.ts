// Run inside a clone, as a program of its own: starts the engine and a private Redis with what set-up has put in place.
import { join } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import { startPrivateRedis } from '@hyperferry/queue';

await using engine = await HyperProcess.start();
await using connection = await engine.connect();
const answer = await connection.query('SELECT 1');
await using redis = await startPrivateRedis({ dataDir: join(process.cwd(), 'data of the probe'), env: process.env });
process.stdout.write(`${JSON.stringify({ rows: answer.rows.length, redisPid: redis.pid() })}\n`);
