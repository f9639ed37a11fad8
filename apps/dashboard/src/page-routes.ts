import { Readable } from 'node:stream';

import { runStates } from '@hyperferry/queue';
import { HyperferryError } from '@hyperferry/schema';
import { type Context, Hono } from 'hono';

import type { DashboardServices } from './app.ts';
import type { Markup } from './pages/format.ts';
import { type PageFrame, page } from './pages/layout.ts';
import { linesContent } from './pages/lines-page.ts';
import { runContent } from './pages/run-page.ts';
import { runsContent } from './pages/runs-page.ts';
import { workersContent } from './pages/workers-page.ts';
import { type RunFileName, runFileNames } from './run-files.ts';

const pageSize = 50;

/** Our own pages. They only read. */
export function pageRoutes({ runs, files, assets }: Omit<DashboardServices, 'board' | 'hosts'>): Hono {
  const app = new Hono();
  const links = { style: assets.style.href, script: assets.script.href };
  const show = (context: Context, frame: Omit<PageFrame, 'assets'>, content: Markup): Response | Promise<Response> => {
    context.header('Cache-Control', 'no-store');
    return context.html(page({ ...frame, assets: links }, content));
  };

  app.get('/', async (context) => {
    const { state: wanted, q = '', before } = context.req.query();
    const state = runStates.find((known) => known === wanted);
    if (wanted !== undefined && state === undefined) throw wrongQuery(`there is no state ${JSON.stringify(wanted)}`);
    if (before !== undefined && !/^\(?\d{1,16}$/.test(before)) throw wrongQuery('before is what a page linked to');
    const text = q.trim().slice(0, 200);
    const [found, counts, pauses] = await Promise.all([
      runs.listRuns({
        limit: pageSize,
        text,
        ...(state === undefined ? {} : { states: [state] }),
        ...(before === undefined ? {} : { cursor: before }),
      }),
      runs.countRuns(),
      runs.pauses(),
    ]);
    const input = { page: found, counts, state, text, cursor: before, pageSize, nowMs: Date.now() };
    return show(context, { title: 'Runs', active: 'runs', refreshSeconds: 3, pauses }, runsContent(input));
  });

  app.get('/runs/:id', async (context) => {
    const run = await runs.getRun(context.req.param('id'));
    const [profile, hasRejects] = await Promise.all([files.profile(run.runId), files.hasRejects(run.runId)]);
    const isLive = run.state === 'running' || run.state === 'waiting' || run.state === 'held';
    return show(
      context,
      { title: `${run.target.name} ${run.state}`, active: 'runs', ...(isLive ? { refreshSeconds: 1 } : {}) },
      runContent({ run, profile, hasRejects, nowMs: Date.now() }),
    );
  });

  for (const [name, { contentType }] of Object.entries(runFileNames)) {
    app.get(`/runs/:id/${name}`, async (context) => {
      const { runId } = await runs.getRun(context.req.param('id'));
      const content = await files.open(runId, name as RunFileName);
      if (content === undefined) throw new HyperferryError('HTTP_PAGE_UNKNOWN', `run ${runId} has no ${name}`);
      return context.body(Readable.toWeb(content) as ReadableStream, 200, {
        'Content-Type': contentType,
        'Content-Disposition': `${name.endsWith('.csv') ? 'attachment' : 'inline'}; filename="${runId}-${name}"`,
        'Cache-Control': 'no-store',
      });
    });
  }

  app.get('/lines', async (context) => {
    const [lines, pauses] = await Promise.all([runs.listLines(), runs.pauses()]);
    return show(
      context,
      { title: 'Lines', active: 'lines', refreshSeconds: 3, pauses },
      linesContent(lines, Date.now()),
    );
  });

  app.get('/workers', async (context) => {
    const workers = await runs.listWorkers();
    return show(
      context,
      { title: 'Workers', active: 'workers', refreshSeconds: 3 },
      workersContent(workers, Date.now()),
    );
  });
  return app;
}

function wrongQuery(what: string): HyperferryError {
  return new HyperferryError('USAGE_INVALID', what);
}
