import { toErrorReport, toHyperferryError } from '@hyperferry/schema';

import { readSettings } from './env.ts';
import { type RunningWorker, startWorker } from './worker.ts';

const starting = new AbortController();
let worker: RunningWorker | undefined;
let stoppedBy: string | undefined;

// From the first moment on: a worker that is stopped while it starts leaves nothing behind either.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => void stop(name));

try {
  const settings = readSettings();
  worker = await startWorker(settings, starting.signal);
  if (stoppedBy === undefined) {
    process.stdout.write(`${JSON.stringify({ worker: settings.name, redis: worker.redis })}\n`);
  } else {
    await worker.stop();
    process.exit(0);
  }
} catch (error) {
  if (stoppedBy !== undefined) process.exit(0);
  process.stderr.write(`${JSON.stringify(toErrorReport(error))}\n`);
  process.exit(toHyperferryError(error).exit);
}

async function stop(signal: string): Promise<void> {
  // The same signal again means: now. Ctrl-C reaches the whole group, and then the parent asks with its own SIGTERM.
  if (stoppedBy === signal) process.exit(130);
  if (stoppedBy !== undefined) return;
  stoppedBy = signal;
  if (worker === undefined) {
    starting.abort(new Error(`stopped by ${signal}`));
    return;
  }
  await worker.stop();
  process.exit(0);
}
