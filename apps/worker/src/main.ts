import { toErrorReport, toHyperferryError } from '@hyperferry/schema';

import { readSettings } from './env.ts';
import { startWorker } from './worker.ts';

try {
  const settings = readSettings();
  const worker = await startWorker(settings);
  process.stdout.write(`${JSON.stringify({ worker: settings.name, redis: worker.redis })}\n`);

  let stopping = false;
  const stop = async (): Promise<void> => {
    // A second signal means: now.
    if (stopping) process.exit(130);
    stopping = true;
    await worker.stop();
    process.exit(0);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => void stop());
} catch (error) {
  process.stderr.write(`${JSON.stringify(toErrorReport(error))}\n`);
  process.exit(toHyperferryError(error).exit);
}
