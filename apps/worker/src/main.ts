import { toErrorReport, toHyperferryError } from '@hyperferry/schema';

import { readSettings } from './env.ts';
import { startWorker } from './worker.ts';

try {
  const settings = readSettings();
  const worker = await startWorker(settings);
  process.stdout.write(`${JSON.stringify({ worker: settings.name, redis: worker.redis })}\n`);

  let stoppedBy: string | undefined;
  const stop = async (signal: string): Promise<void> => {
    // The same signal again means: now. Ctrl-C reaches the whole group, and then the parent asks with its own SIGTERM.
    if (stoppedBy === signal) process.exit(130);
    if (stoppedBy !== undefined) return;
    stoppedBy = signal;
    await worker.stop();
    process.exit(0);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => void stop(name));
} catch (error) {
  process.stderr.write(`${JSON.stringify(toErrorReport(error))}\n`);
  process.exit(toHyperferryError(error).exit);
}
