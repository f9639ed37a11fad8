import type { BoardQueues, RunQueue } from '@hyperferry/queue';
import { toErrorReport } from '@hyperferry/schema';
import { Hono } from 'hono';

import { readMetrics } from './metrics.ts';

/** `/healthz`: the process answers. `/readyz`: Redis answers too. `/metrics`: for Prometheus. */
export function healthRoutes(runs: RunQueue, board: BoardQueues): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ ok: true }));
  app.get('/readyz', async (context) => {
    try {
      await runs.countRuns();
      return context.json({ ok: true });
    } catch (error) {
      const { code, message } = toErrorReport(error);
      return context.json({ ok: false, code, message }, 503);
    }
  });
  app.get('/metrics', async (context) => {
    const text = await readMetrics(runs, board, Date.now());
    return context.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  return app;
}
