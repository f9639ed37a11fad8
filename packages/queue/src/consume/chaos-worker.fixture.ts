import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

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
      // The socket is connected before the question, and written to in the tick of the answer: a worker that is stopped
      // while it connects would send seconds later.
      const socket = await connected();
      const permit = await job.confirm();
      if (Math.random() < 0.1) for (const startMs = performance.now(); performance.now() - startMs < 1100;);
      permit.assertFresh();
      socket.write(`GET /publish?run=${job.runId} HTTP/1.1\r\nHost: ledger\r\nConnection: close\r\n\r\n`);
      const answer = await text(socket);
      if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`the ledger answered ${answer.slice(0, 50)}`);
      return testPublishResult();
    },
  }),
});

async function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(ledger).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

process.on('SIGTERM', () => void consumers.close({ graceMs: 500 }).then(() => process.exit(0)));
process.stdout.write('ready\n');
