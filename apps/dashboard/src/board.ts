import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { IServerAdapter } from '@bull-board/api/typings/app';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { BoardQueues } from '@hyperferry/queue';
import type { Hono } from 'hono';

/** bull-board over the four queues, for `/board`. */
export function boardRoutes({ queues }: BoardQueues): Hono {
  const serverAdapter = new HonoAdapter(serveStatic);
  serverAdapter.setBasePath('/board');
  createBullBoard({
    // Read-only: the board's API otherwise takes arbitrary jobs, and its Retry knows nothing of the order of a line.
    queues: queues.map(
      (queue) => new BullMQAdapter(queue, { readOnlyMode: true, description: describeQueue(queue.name) }),
    ),
    // The adapter's own types don't fit together under exactOptionalPropertyTypes.
    serverAdapter: serverAdapter as unknown as IServerAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Hyperferry',
        hideRedisDetails: true,
        hideDocsLink: true,
        pollingInterval: { showSetting: true },
      },
    },
  });
  return serverAdapter.registerPlugin();
}

function describeQueue(name: string): string {
  const descriptions: Readonly<Record<string, string>> = {
    runs: 'one job a run: it waits for its stages',
    parse: 'profiles the source',
    extract: 'builds the .hyper',
    publish: 'sends it to Tableau',
  };
  return descriptions[name] ?? '';
}
