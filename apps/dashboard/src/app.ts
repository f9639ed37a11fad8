import type { BoardQueues, RunQueue } from '@hyperferry/queue';
import { type ErrorCode, errorCodeEntry, HyperferryError, isErrorCode, toHyperferryError } from '@hyperferry/schema';
import { type Context, Hono } from 'hono';

import type { Assets } from './assets.ts';
import { boardRoutes } from './board.ts';
import { guard, problem } from './guard.ts';
import { healthRoutes } from './health.ts';
import { errorContent } from './pages/error-page.ts';
import { page } from './pages/layout.ts';
import { pageRoutes } from './page-routes.ts';
import type { RunFiles } from './run-files.ts';

export interface DashboardServices {
  readonly board: BoardQueues;
  readonly runs: RunQueue;
  readonly files: RunFiles;
  readonly assets: Assets;
  /** Host headers to accept beside loopback. */
  readonly hosts: readonly string[];
}

/** The web application: our own pages, bull-board under `/board`, health and metrics. Nothing in it changes anything. */
export function createApp(services: DashboardServices): Hono {
  const { board, runs, assets, hosts } = services;
  const app = new Hono();
  app.use(guard(hosts));
  app.onError((thrown, context) => showError(context, assets, toHyperferryError(thrown)));
  app.notFound((context) =>
    showError(context, assets, new HyperferryError('HTTP_PAGE_UNKNOWN', `there is no page ${context.req.path}`)),
  );

  for (const asset of [assets.style, assets.script]) {
    app.get(asset.path, (context) =>
      context.body(asset.body, 200, {
        'Content-Type': asset.contentType,
        'Cache-Control': 'public, max-age=31536000, immutable',
      }),
    );
  }
  app.route('/', healthRoutes(runs, board));
  app.route('/board', boardRoutes(board));
  app.route('/', pageRoutes(services));
  return app;
}

/** Browsers get a page, programs get problem details. */
function showError(context: Context, assets: Assets, error: HyperferryError): Response | Promise<Response> {
  const code: ErrorCode = isErrorCode(error.code) ? error.code : 'INTERNAL';
  if (context.req.header('accept')?.includes('text/html') !== true) return problem(context, code, error.message);
  const { http, next } = errorCodeEntry(code);
  const frame = { title: code, assets: { style: assets.style.href, script: assets.script.href } };
  const retrying = http === 503 ? { refreshSeconds: 5 } : {};
  return context.html(
    page({ ...frame, ...retrying }, errorContent({ code, message: error.message, next })),
    http as 400,
  );
}
