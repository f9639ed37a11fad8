import { connectionFromUrl } from '../redis/connection.ts';
import { testHandlers, testPublishResult } from '../testing.ts';
import { startConsumers } from './start-consumers.ts';

/** A worker process of the chaos test: publishes to the test's ledger, freezes now and then between confirm and send. */
const [redisUrl = '', ledger = ''] = process.argv.slice(2);

const consumers = await startConsumers({
  connection: connectionFromUrl(redisUrl),
  lease: { lockMs: 2000, stalledCheckMs: 500, maxStalls: 100 },
  retries: { attempts: 50, backoffMs: 20 },
  reconcileMs: 300,
  handlers: testHandlers({
    publish: async (job) => {
      if (job.inheritedIntent) {
        const looked = await fetch(`${ledger}/look?run=${job.runId}`, { signal: job.signal });
        if ((await looked.text()) === 'found') return testPublishResult();
        await job.settle();
      }
      const permit = await job.confirm();
      if (Math.random() < 0.1) for (const startMs = performance.now(); performance.now() - startMs < 1100;);
      permit.assertFresh();
      await fetch(`${ledger}/publish?run=${job.runId}`);
      return testPublishResult();
    },
  }),
});
process.on('SIGTERM', () => void consumers.close({ graceMs: 500 }).then(() => process.exit(0)));
process.stdout.write('ready\n');
