// Finds or fetches what is no npm dependency: Tableau's Hyper engine and a redis-server. Silent when both are there.
// Imports stay light: every `npm test` and `npm run demo` begins here.
import { hasEngine } from '@hyperferry/hyper/engine';

import { hasRedis } from './setup/redis-present.ts';

const { env } = process;
const say = (line: string): void => void process.stdout.write(`set-up: ${line}\n`);

try {
  if (!hasEngine(env)) await (await import('@hyperferry/hyper/install')).installEngine({ env, say });
  if (!hasRedis(env)) await (await import('./setup/redis.ts')).installRedis(env, say);
} catch (error) {
  const { code, message, next, exit } = error as { code?: string; message: string; next?: string; exit?: number };
  process.stderr.write(`set-up: ${code ?? 'INTERNAL'}: ${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exitCode = exit ?? 1;
}
